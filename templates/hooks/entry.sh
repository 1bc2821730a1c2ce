# shellcheck shell=sh
# Sourced by .husky/post-checkout and .husky/post-merge: puts right what a killed session left.
#
# Nothing pending is the usual case, and it is decided with builtins alone: no process is started,
# not even a subshell. Something pending, or anything that these few lines cannot judge:
# `flow recover --quiet` decides. It never fails a checkout.
#
# The host may run under `set -eu` with any IFS, so every command here is a condition or cannot
# fail, nothing is split into words, and each `read` brings its own IFS. A sourced script shares
# variables and functions with its host: names start with `flow_`, and all are unset at the end.

flow_enter() {
  [ "${FLOW-}" != 0 ] || return 0
  flow_home=${FLOW_HOME:-${HOME:+$HOME/.sylphx-flow}}
  # A relative one would be a folder of the repository, and what lies there nobody has to trust.
  case $flow_home in /*) ;; *) return 0 ;; esac
  # zsh itself ends a script at a pattern that matches nothing.
  [ -z "${ZSH_VERSION-}" ] || emulate -L sh 2>/dev/null || :
  flow_options=$-
  set +f
  flow_find_pending "$flow_home" 2>/dev/null || flow_resident=''
  case $flow_options in *f*) set -f ;; esac
  [ -n "$flow_resident" ] || return 0
  # A process more, now that there is something to do: it finds node where that was recorded, on PATH,
  # or by the person's own init.sh, and nothing of that reaches this shell.
  flow_with=${flow_resident%/*}/with-node.sh
  [ -f "$flow_with" ] || return 0
  /bin/sh "$flow_with" "$flow_node" "$flow_resident" recover --quiet --for=git-hook </dev/null
}

# True when something in the state home $1 is to be mended: an orphan of any project, or the open
# session of this one, whose hooks a checkout may have taken out. Leaves who can mend it in
# flow_node and flow_resident.
flow_find_pending() {
  flow_now=''
  for flow_ref in "$1"/sessions/*/backup.json; do
    [ -f "$flow_ref" ] || continue
    flow_folder=${flow_ref%/*}
    flow_read_line "$flow_folder/project"
    # A project that was moved or deleted cannot be mended now; the session is kept.
    if [ -n "$flow_line" ] && [ ! -d "$flow_line" ]; then continue; fi
    flow_here=''
    if flow_concerns "$flow_line"; then flow_here=1; fi
    if flow_is_held "$flow_folder"; then
      if [ -z "$flow_here" ] || flow_is_merged "$flow_folder"; then continue; fi
    fi
    flow_read_line "$flow_folder/resident"
    flow_resident=$flow_line
    if [ ! -f "$flow_resident" ]; then
      # The line is lost in a power cut, or that version was removed: another will do.
      for flow_rest in "$1"/runtime/*/runtime.cjs; do flow_resident=$flow_rest; done
      [ -f "$flow_resident" ] || continue
    fi
    flow_read_line "$flow_folder/node"
    flow_node=$flow_line
    return 0
  done
  return 1
}

# Reads the file $1 into flow_line, and leaves that empty when it is not exactly one whole line:
# absent, torn by a power cut, or a path with a newline in it.
flow_read_line() {
  # A pipe would never end.
  if [ ! -f "$1" ]; then flow_line='' && return; fi
  { IFS='' read -r flow_line && ! IFS='' read -r flow_rest; } <"$1" || flow_line=''
}

# True when the working folder lies in the project $1, or the project in it; and when none is named.
flow_concerns() {
  case ${PWD-}/ in "$1"/*) return 0 ;; esac
  # By identity, since PWD may lead through links.
  flow_above=$1
  while [ -n "$flow_above" ]; do
    # shellcheck disable=SC3013 # in POSIX since 2024; a shell without it sees no match
    if [ "$flow_above" -ef . ]; then return 0; fi
    flow_above=${flow_above%/*}
  done
  return 1
}

# True when the settings of the open session in the folder $1 are as flow saw them last, so that its
# hooks are in them: the line that names them is as old as that look. And when there are none, since
# they are not made behind git's back.
flow_is_merged() {
  flow_read_line "$1/settings"
  [ -n "$flow_line" ] || return 1
  [ -e "$flow_line" ] || return 0
  [ -f "$flow_line" ] || return 1
  # A shell that cannot compare them asks flow.
  # shellcheck disable=SC3013 # in POSIX since 2024
  [ "$1/settings" -nt "$flow_line" ]
}

# True when the session in the folder $1 has somebody alive in it.
flow_is_held() {
  # The `.json` beside them are no such lines; but two patterns are two looks into the folder.
  for flow_record in "$1"/pids/*.[pa]*; do
    if [ -f "$flow_record" ] && flow_lives "$flow_record"; then return 0; fi
  done
  return 1
}

# True when the process of a line `<pid> <startTime> <bootId> <pidNamespace> <machineId>` surely
# lives. A `-` stands for what was not known.
flow_lives() {
  IFS=' ' read -r flow_pid flow_started flow_boot flow_rest <"$1" || return 1
  case $flow_rest in *' '*' '*) return 1 ;; *' '*) ;; *) return 1 ;; esac
  # `kill -0 0` succeeds, and so would a negative number.
  case $flow_pid in 0* | *[!0-9]*) return 1 ;; esac
  if [ ! -r /proc/self/stat ]; then
    kill -0 "$flow_pid"
    return
  fi
  # Once for all records: a `read` may well take a system call for each letter.
  if [ -z "$flow_now" ]; then
    IFS='' read -r flow_now </proc/sys/kernel/random/boot_id || flow_now=-
  fi
  [ "$flow_boot" = "$flow_now" ] || return 1
  # proc(5): behind the name stands the state, and 19 fields later the start time. For a name without
  # blanks `read` takes them apart in no time.
  # shellcheck disable=SC2034 # only counts
  IFS=' ' read -r flow_line flow_rest flow_state flow_field flow_field flow_field flow_field flow_field \
    flow_field flow_field flow_field flow_field flow_field flow_field flow_field flow_field flow_field \
    flow_field flow_field flow_field flow_field flow_line flow_field <"/proc/$flow_pid/stat" || return 1
  case "$flow_rest $flow_state $flow_line" in '('*') '[!ZXx]" $flow_started") return 0 ;; esac
  flow_lives_by_any_name
}

# The same where the name holds blanks, `) ` or newlines itself, and for a start time that is not known.
flow_lives_by_any_name() {
  while IFS='' read -r flow_rest; do flow_line=$flow_rest; done <"/proc/$flow_pid/stat" || return 1
  flow_line=${flow_line##*') '}
  case $flow_line in [ZXx]*) return 1 ;; esac
  # shellcheck disable=SC2034 # only counts
  for flow_field in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do
    flow_line=${flow_line#* }
  done
  [ "$flow_started" = - ] || [ "$flow_started" = "${flow_line%% *}" ]
}

flow_enter || :
unset -f flow_enter flow_find_pending flow_read_line flow_concerns flow_is_merged flow_is_held \
  flow_lives flow_lives_by_any_name
unset -v flow_home flow_options flow_ref flow_folder flow_resident flow_node flow_with flow_line \
  flow_rest flow_here flow_above flow_record flow_pid flow_started flow_boot flow_field flow_now \
  flow_state
