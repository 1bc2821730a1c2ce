#!/bin/sh
# launch.sh RECORD TAIL COMMAND [ARGUMENT...]
#
# Records its own pid, then becomes COMMAND by exec: at no moment does the agent run unrecorded.
# RECORD is a path whose last `%p` stands for the pid. The line written there is
# `<pid> <start time> TAIL`, with `-` for a start time that cannot be known here.
# Exit: COMMAND's own; 126 or 127 in the shell's words when it cannot be executed; 1 when the record
# cannot be written.

# A sandbox may leave us the /proc of the pid namespace above, where our number is another process. Asked
# out here, since in a subshell /proc/self may be another one. (A shell that cannot compare them, as
# POSIX has it since 2024, records no start time.)
# shellcheck disable=SC3013
if [ "/proc/$$" -ef /proc/self ] 2>/dev/null; then set -- "/proc/$$/stat" "$@"; else set -- '' "$@"; fi

# In a subshell, since a variable, umask or option that is set outside of it would reach the agent.
# No program is started for it: $$ stays the pid of the shell that becomes the agent.
(
  umask 077
  # Nothing that goes by the record's name is written over, nor what a link there leads to.
  set -C
  record=${2%\%p*}$$${2##*%p}
  tail=$3
  started=-
  if [ -r "$1" ]; then
    set -f
    # Once only: dash takes a byte at a time.
    read -r stat <"$1"
    # proc(5): the start time is field 22, so the 20th after the name, which may hold `) ` itself.
    # shellcheck disable=SC2086 # one word for each field
    set -- ${stat##*) }
    started=${20}
  fi
  echo "$$ $started $tail" >"$record"
) || {
  echo "flow: could not record the agent's process, so it was not started" >&2
  echo "  why:  ${2%/*} cannot be written; the line above says more" >&2
  echo "  kept: nothing was changed: the session is rolled back" >&2
  echo "  next: make that directory writable, or make room on its disk" >&2
  exit 1
}

shift 3
exec "$@"
