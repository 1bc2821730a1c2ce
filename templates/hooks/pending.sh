# shellcheck shell=sh
# Sourced: decides whether anything is pending, the one place where a shell does.
#
# Git hooks source it, and the prompts of bash and zsh; fish asks it through `prompt-for-fish.sh`. With
# nothing pending it runs builtins alone: no process is started, not even a subshell. What these few lines
# cannot judge counts as pending, and `flow recover --quiet` decides.
#
# The host may run under `set -eu` with any IFS, so every command here is a condition or cannot fail,
# nothing is split into words, each `read` brings its own IFS, and a variable is set before it is read
# from a file: it stays unset where the redirection fails. A sourced script shares variables and functions
# with its host: names start with `flow_`, and `flow_forget` unsets all of them.

# flow_find STATE_DIRECTORY WHICH: true when a session is found. WHICH is
#   killed  a killed session of any project;
#   hook    the same, or the open session here, whose hooks a checkout may have taken out;
#   open    any session here.
# Sets flow_found, one line or more for each; for the first one flow_runtime and flow_node, who recovers.
flow_find() {
  flow_state=$1 flow_which=$2 flow_first='' flow_found=''
  case ${FLOW-} in 0 | [Oo][Ff][Ff] | [Ff][Aa][Ll][Ss][Ee] | [Nn][Oo]) return 1 ;; esac
  # A relative one would be a directory of the repository, which nobody has to trust.
  case $flow_state in /*) ;; *) return 1 ;; esac
  # zsh itself ends a script at a pattern that matches nothing.
  [ -z "${ZSH_VERSION-}" ] || emulate -L sh 2>/dev/null || :
  flow_options=$-
  case $flow_options in *f*) set +f ;; esac
  for flow_ref in "$flow_state"/sessions/*/backup.json; do
    [ -f "$flow_ref" ] || continue
    flow_session=${flow_ref%/*}
    if flow_matches 2>/dev/null; then
      flow_first=${flow_first:-$flow_session}
      flow_found="$flow_found$flow_records
"
    fi
  done
  if [ -n "$flow_first" ]; then flow_locate "$flow_first" || flow_first=''; fi
  case $flow_options in *f*) set -f ;; esac
  # A root shell that kept HOME finds another user's: what root wrote there, its owner could not repair.
  [ -n "$flow_first" ] && [ -O "$flow_state" ]
}

# True when the session in $flow_session is one of $flow_which.
flow_matches() {
  # The `.json` beside them are not such lines; but two patterns are two reads of the directory.
  set -- "$flow_session"/pids/*.[pa]*
  # Another session of the same project has other records.
  flow_records="$*"
  if [ "$flow_which" = open ]; then
    flow_is_here "$flow_session"
    return
  fi
  for flow_record; do
    if [ -f "$flow_record" ] && flow_is_alive "$flow_record"; then
      [ "$flow_which" = hook ] && flow_is_here "$flow_session" && ! flow_is_merged "$flow_session"
      return
    fi
  done
  # A project that was moved or deleted cannot be recovered now; the session is kept.
  flow_read "$flow_session/project"
  [ -z "$flow_line" ] || [ -d "$flow_line" ]
}

# Reads the file $1 into flow_line, and leaves that empty when it is not exactly one whole line:
# absent, torn by a power cut, or a path with a newline in it.
flow_read() {
  flow_line='' flow_rest=''
  # A pipe would never end.
  [ -f "$1" ] || return 0
  { IFS='' read -r flow_line && ! IFS='' read -r flow_rest; } <"$1" || flow_line=''
}

# True when the working directory is in the project of the session in $1, or the project in it; and when
# none is named.
flow_is_here() {
  flow_read "$1/project"
  case ${PWD-}/ in "$flow_line"/*) return 0 ;; esac
  # By identity, since PWD may lead through links.
  flow_above=$flow_line
  while [ -n "$flow_above" ]; do
    # shellcheck disable=SC3013 # in POSIX since 2024; a shell without it sees no match
    if [ "$flow_above" -ef . ]; then return 0; fi
    flow_above=${flow_above%/*}
  done
  return 1
}

# True when the settings of the open session in $1 are as flow saw them last, so that its hooks are in
# them: the line that names them is as old as that. And when there are none, since they are not made
# behind git's back.
flow_is_merged() {
  flow_read "$1/settings"
  [ -n "$flow_line" ] || return 1
  [ -e "$flow_line" ] || return 0
  [ -f "$flow_line" ] || return 1
  # A shell that cannot compare them asks flow.
  # shellcheck disable=SC3013 # in POSIX since 2024
  [ "$1/settings" -nt "$flow_line" ]
}

# True when the process of a record `<pid> <startTime> <bootId> <pidNamespace> <machineId>` certainly is
# alive. A `-` stands for what was not known.
flow_is_alive() {
  IFS=' ' read -r flow_pid flow_started flow_boot flow_rest <"$1" || return 1
  case $flow_rest in *' '*' '*) return 1 ;; *' '*) ;; *) return 1 ;; esac
  # `kill -0 0` succeeds, and so would a negative number.
  case $flow_pid in 0* | *[!0-9]*) return 1 ;; esac
  if [ ! -r /proc/self/stat ]; then
    kill -0 "$flow_pid"
    return
  fi
  # Once for all records: a `read` may well take a system call for each letter.
  if [ -z "${flow_now-}" ]; then
    IFS='' read -r flow_now </proc/sys/kernel/random/boot_id || flow_now=-
  fi
  [ "$flow_boot" = "$flow_now" ] || return 1
  # proc(5): the state follows the name, and the start time is 19 fields later. `read` splits the line
  # quickest, where the name has no blanks.
  # shellcheck disable=SC2034 # only counts
  IFS=' ' read -r flow_line flow_rest flow_status flow_field flow_field flow_field flow_field flow_field \
    flow_field flow_field flow_field flow_field flow_field flow_field flow_field flow_field flow_field \
    flow_field flow_field flow_field flow_field flow_line flow_field <"/proc/$flow_pid/stat" || return 1
  case "$flow_rest $flow_status $flow_line" in '('*') '[!ZXx]" $flow_started") return 0 ;; esac
  flow_is_alive_by_any_name
}

# The same where the name has blanks, `) ` or newlines itself, and for a start time that is not known.
flow_is_alive_by_any_name() {
  flow_line=''
  while IFS='' read -r flow_rest; do flow_line=$flow_rest; done <"/proc/$flow_pid/stat" || return 1
  flow_line=${flow_line##*') '}
  case $flow_line in '' | [ZXx]*) return 1 ;; esac
  # shellcheck disable=SC2034 # only counts
  for flow_field in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do
    flow_line=${flow_line#* }
  done
  [ "$flow_started" = - ] || [ "$flow_started" = "${flow_line%% *}" ]
}

# Sets flow_runtime and flow_node to what recovers the session in $1; false when nothing is left that could.
flow_locate() {
  flow_read "$1/node"
  flow_node=$flow_line
  if [ ! -x "$flow_node" ]; then
    # Lost in a power cut, or that version was removed.
    flow_read "$flow_state/hooks/node"
    flow_node=${flow_line:-$flow_node}
  fi
  flow_read "$1/resident"
  flow_runtime=$flow_line
  if [ ! -f "$flow_runtime" ]; then
    for flow_rest in "$flow_state"/runtime/*/runtime.cjs; do flow_runtime=$flow_rest; done
  fi
  [ -f "$flow_runtime" ]
}

# flow_start ARGUMENT...: runs flow itself. One more process finds node where that was recorded, on PATH, or
# by the user's own init.sh, and nothing of that reaches this shell.
flow_start() {
  [ -f "$flow_state/hooks/with-node.sh" ] || return 0
  /bin/sh "$flow_state/hooks/with-node.sh" "$flow_node" "$flow_runtime" "$@" </dev/null
}

flow_forget() {
  unset -f flow_find flow_matches flow_read flow_is_here flow_is_merged flow_is_alive \
    flow_is_alive_by_any_name flow_locate flow_start flow_forget
  unset -v flow_state flow_which flow_first flow_found flow_options flow_ref flow_session \
    flow_records flow_record flow_line flow_rest flow_above flow_pid flow_started flow_boot flow_now \
    flow_status flow_field flow_node flow_runtime
}
