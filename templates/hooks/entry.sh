# shellcheck shell=sh
# Sourced by .husky/post-checkout and .husky/post-merge: puts right what a killed session left.
#
# Nothing pending is the usual case, and it is decided with builtins alone: no process is started.
# Something pending, or anything that these few lines cannot judge: `flow recover --quiet` decides.
# It never fails a checkout. The host may run under `set -eu`, so every command here is a condition
# or cannot fail; names start with `flow_`, since a sourced script shares the host's variables.

# True when the process of a line `<pid> <startTime> <bootId> <pidNamespace> <machineId>` surely
# lives. proc(5): after the last `) ` of stat stands the state, and 19 fields later the start time.
flow_lives() {
  flow_line=''
  { read -r flow_line <"$1"; } 2>/dev/null || return 1
  # shellcheck disable=SC2086 # one word for each field
  set -- $flow_line
  [ $# -eq 5 ] || return 1
  # `kill -0 0` succeeds, and so would a negative number.
  case $1 in '' | 0* | *[!0-9]*) return 1 ;; esac
  if [ -r /proc/self/stat ]; then
    flow_boot=''
    flow_stat=''
    { read -r flow_boot </proc/sys/kernel/random/boot_id; } 2>/dev/null || return 1
    [ "$3" = "$flow_boot" ] || return 1
    flow_started=$2
    { read -r flow_stat <"/proc/$1/stat"; } 2>/dev/null || return 1
    # shellcheck disable=SC2086
    set -- ${flow_stat##*) }
    [ "${1:-X}" != Z ] && [ "${1:-X}" != X ] && [ "${20:-}" = "$flow_started" ]
  else
    kill -0 "$1" 2>/dev/null
  fi
}

# Prints nothing; true when the session in folder $1 has somebody alive in it.
flow_is_held() {
  for flow_record in "$1"/pids/*.proc "$1"/pids/*.agent; do
    if [ -f "$flow_record" ] && flow_lives "$flow_record"; then return 0; fi
  done
  return 1
}

# True when something is to be mended: an orphan of any project, or this project's own open session,
# whose hooks a checkout may have taken out. Leaves who can mend it in flow_node and flow_resident.
flow_is_pending() {
  for flow_ref in "$1"/sessions/*/backup.json; do
    [ -f "$flow_ref" ] || continue
    flow_folder=${flow_ref%/*}
    flow_project=''
    flow_node=''
    flow_resident=''
    { read -r flow_project <"$flow_folder/project"; } 2>/dev/null || :
    { read -r flow_node <"$flow_folder/node"; } 2>/dev/null || :
    { read -r flow_resident <"$flow_folder/resident"; } 2>/dev/null || :
    # A project that was moved or deleted cannot be mended now; the session is kept.
    if [ -n "$flow_project" ] && [ ! -d "$flow_project" ]; then continue; fi
    flow_is_held "$flow_folder" || return 0
    case $PWD/ in "$flow_project"/*) return 0 ;; esac
    case $flow_project/ in "$PWD"/*) return 0 ;; esac
  done
  return 1
}

flow_enter() {
  [ "${FLOW-}" != 0 ] || return 0
  flow_home=${FLOW_HOME:-${HOME-}/.sylphx-flow}
  flow_is_pending "$flow_home" || return 0
  [ -f "$flow_resident" ] || return 0
  if [ ! -x "$flow_node" ]; then
    # That node was removed meanwhile (nvm, volta): any other will do.
    command -v node >/dev/null 2>&1 || return 0
    flow_node=node
  fi
  "$flow_node" "$flow_resident" recover --quiet </dev/null || :
}

flow_enter || :
unset -f flow_lives flow_is_held flow_is_pending flow_enter
unset -v flow_line flow_boot flow_stat flow_started flow_record flow_ref flow_folder flow_project \
  flow_node flow_resident flow_home
