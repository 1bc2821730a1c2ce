# shellcheck shell=bash
# flow at a bash prompt: puts right what a killed agent session left. docs/SHELL.md tells the story.
#
# Nothing pending is the usual case, and it is decided with builtins alone: no process is started, not
# even a subshell, and nothing is read but the state home. Something pending: `recover.sh` beside this
# file. For bash 3.2 and later.
#
# Functions and variables start with `_flow_`: bash locals are seen by whatever is called, and a `local`
# of a name that the person made readonly is an error.

# `flow shell bash` fills these three lines in, in the copy that it puts into the state home: the state
# home itself, and what starts recovery where a session's own record of it is gone.
_flow_home=''
_flow_node=''
_flow_resident=''

# Scripts and `ssh host command` read a .bashrc as well.
case $- in *i*) ;; *) return 0 ;; esac

# What was tried and did not help: one line for each session, and after how many prompts to try again.
_flow_tried=''
_flow_pause=4
_flow_left=0
_flow_said=''

# Sessions of projects whose folder is gone, looked at again after the next `cd`.
_flow_gone=''
_flow_seen_from=''

# Sessions that were seen to be open, each at its place in the list of all of them: its backup.json, the
# record that told, and the process of that record. They save the way to a process, never the question
# whether it runs: that is asked at each prompt. (A record is named by its pid, so one of that name is
# that process's own as long as it runs.)
_flow_place=0
_flow_held=()
_flow_records=()
_flow_pids=()
_flow_starts=()

# The boot id stays the same as long as this shell lives. Without /proc the pid alone must do.
_flow_boot=''
if [[ -r /proc/self/stat ]]; then
  IFS='' read -r _flow_boot </proc/sys/kernel/random/boot_id || _flow_boot=-
fi

# Keeps `$?` for what comes behind it, PIPESTATUS only where bash itself does.
_flow_prompt() {
  local _flow_status=$? _flow_options=$- _flow_at=${FLOW_HOME:-$_flow_home}
  case $_flow_options in *[xf]*) { set +xf; } 2>/dev/null ;; esac
  # A relative one would lie in the folder that is entered.
  if [[ $_flow_at == /* && ${FLOW-} != 0 ]]; then
    if shopt -q failglob; then
      shopt -u failglob
      _flow_look
      shopt -s failglob
    else
      _flow_look
    fi
  fi
  case $_flow_options in *[xf]*)
    case $_flow_options in *f*) set -f ;; esac
    case $_flow_options in *x*) set -x ;; esac
    ;;
  esac
  return "$_flow_status"
}

_flow_look() {
  set -- "$_flow_at"/sessions/*/backup.json
  if [[ $# -lt 2 && ! -f ${1-} ]]; then
    _flow_tried=''
    return
  fi
  local _flow_ref _flow_new='' _flow_old='' _flow_all=''
  _flow_place=-1
  for _flow_ref; do
    if [[ $_flow_ref == "${_flow_held[++_flow_place]-}" && -f ${_flow_records[_flow_place]} ]] &&
      _flow_runs "${_flow_pids[_flow_place]}" "${_flow_starts[_flow_place]}"; then continue; fi
    _flow_judge
  done
  # One of somebody else's is found by a root shell that kept HOME: what root wrote there, its owner could
  # not mend any more.
  if [[ -z $_flow_all || ! -O $_flow_at ]]; then
    _flow_tried=''
  elif [[ -n $_flow_new ]]; then
    _flow_tried=$_flow_all _flow_pause=4 _flow_left=4
    _flow_recover "$_flow_new"
  elif ((--_flow_left <= 0)); then
    # git was at work, or somebody has made room on the disk.
    _flow_tried=$_flow_all
    ((_flow_pause < 512)) && ((_flow_pause *= 2))
    _flow_left=$_flow_pause
    _flow_recover "$_flow_old"
  fi
}

# Adds the session of _flow_ref to those that are to be mended, when it is one.
_flow_judge() {
  local _flow_one=${_flow_ref%/*} _flow_item
  # Not an array: an empty one is an error under `set -u` before bash 4.4.
  set -- "$_flow_one"/pids/*.[pa]*
  # Another session of the same project has other records.
  _flow_item="$_flow_one $*"$'\n'
  if [[ -n $_flow_gone && $_flow_gone == *"$_flow_item"* && $PWD == "$_flow_seen_from" ]]; then return; fi
  if [[ -z $_flow_tried || $_flow_tried != *"$_flow_item"* ]]; then
    _flow_is_to_mend "$@" 2>/dev/null || return 0
    _flow_new=${_flow_new:-$_flow_one}
  fi
  _flow_old=${_flow_old:-$_flow_one}
  _flow_all+=$_flow_item
}

# True when nobody of these records is alive, and the project is there. What is found otherwise is noted
# for the next prompt.
_flow_is_to_mend() {
  local _flow_record _flow_line
  _flow_held[_flow_place]=''
  [[ -f $_flow_ref ]] || return 1
  for _flow_record; do
    # The `.json` beside them are no such lines, and a pipe would never end.
    if [[ ($_flow_record == *.proc || $_flow_record == *.agent) && -f $_flow_record ]] &&
      _flow_lives "$_flow_record"; then
      _flow_held[_flow_place]=$_flow_ref
      _flow_records[_flow_place]=$_flow_record
      return 1
    fi
  done
  # A project that was moved or deleted cannot be mended now; the session is kept.
  _flow_read_line "$_flow_one/project"
  [[ -n $_flow_line && ! -d $_flow_line ]] || return 0
  if [[ $PWD != "$_flow_seen_from" ]]; then _flow_gone='' _flow_seen_from=$PWD; fi
  _flow_gone+=$_flow_item
  return 1
}

# True when the process of a line `<pid> <startTime> <bootId> <pidNamespace> <machineId>` surely lives.
# A `-` stands for what was not known.
_flow_lives() {
  local _flow_pid _flow_started _flow_its_boot _flow_rest
  IFS=' ' read -r _flow_pid _flow_started _flow_its_boot _flow_rest <"$1" || return 1
  [[ $_flow_rest == *' '* && $_flow_rest != *' '*' '* ]] || return 1
  # `kill -0 0` succeeds, and so would a negative number.
  [[ -n $_flow_pid && $_flow_pid != 0* && $_flow_pid != *[!0-9]* ]] || return 1
  if [[ -n $_flow_boot && $_flow_its_boot != "$_flow_boot" ]]; then return 1; fi
  _flow_pids[_flow_place]=$_flow_pid
  _flow_starts[_flow_place]=$_flow_started
  _flow_runs "$_flow_pid" "$_flow_started"
}

# True when the process $1 that started at $2 runs.
_flow_runs() {
  if [[ -z $_flow_boot ]]; then
    kill -0 "$1" 2>/dev/null
    return
  fi
  # proc(5): behind the name stands the state, and 19 fields later the start time. `read` would take
  # twice as long.
  if { mapfile -t -d ' ' -n 22 _flow_fields <"/proc/$1/stat"; } 2>/dev/null && [[ ${_flow_fields[21]-} == "$2" &&
    ${_flow_fields[1]} == '('*')' && ${_flow_fields[2]} == [!ZXx] ]]; then return 0; fi
  _flow_runs_by_any_name "$1" "$2" 2>/dev/null
}

# The same where the name holds blanks, `) ` or newlines itself; and for a mapfile before bash 4.4.
_flow_runs_by_any_name() {
  # Set, since nothing is read where the process is gone, and `set -u` ends the function at an unset one.
  local _flow_rest=''
  # `read` fails at the end of the file, having read all of it.
  IFS='' read -r -d '' _flow_rest <"/proc/$1/stat" || :
  # One after the other, since bash tries every longer match before the longest one that there is.
  while [[ $_flow_rest == *') '* ]]; do _flow_rest=${_flow_rest#*') '}; done
  local IFS=' '
  # shellcheck disable=SC2086 # numbers, one word for each
  set -- "$2" $_flow_rest
  case ${2-} in '' | [ZXx]) return 1 ;; esac
  [[ $1 == - || $1 == "${21-}" ]]
}

# Reads the file $1 into _flow_line, and leaves that empty when it is not exactly one whole line.
_flow_read_line() {
  _flow_line=''
  [[ -f $1 ]] || return 0
  local _flow_rest
  { IFS='' read -r _flow_line && ! IFS='' read -r _flow_rest; } <"$1" || _flow_line=''
}

# Something is to be done, in the session $1 at first: from here on processes are started.
_flow_recover() {
  local _flow_with _flow_program _flow_words _flow_line
  _flow_read_line "$1/resident"
  [[ -f $_flow_line ]] || _flow_line=$_flow_resident
  _flow_with=${_flow_line%/*}/with-node.sh _flow_program=$_flow_line
  [[ -f $_flow_program && -f $_flow_with ]] || return 0
  _flow_read_line "$1/node"
  [[ -x $_flow_line ]] || _flow_line=$_flow_node
  _flow_words=$(
    FLOW_HOME=$_flow_at /bin/sh "$_flow_home/shell/recover.sh" \
      "$_flow_with" "$_flow_line" "$_flow_program" </dev/null 2>/dev/null
  )
  # A second try that fails as the first one did has nothing new to say.
  if [[ -n $_flow_words && $_flow_words != "$_flow_said" ]]; then
    printf '%s\n' "$_flow_words" >&2
  fi
  _flow_said=$_flow_words
}

# In front, since a timer that some prompt sets by a DEBUG trap starts at whatever runs behind it. By a
# variable, since an exported PROMPT_COMMAND reaches shells that have no such function. As `... && :`,
# since otherwise a `$?` that is kept would set off `set -e` and a trap on ERR once more.
_flow_name=_flow_prompt
_flow_install() {
  # Not by ${#PROMPT_COMMAND[@]}, which `set -u` takes amiss where it is no array.
  set -- "${PROMPT_COMMAND[@]-}"
  case "$*" in *_flow_name*) return ;; esac
  # shellcheck disable=SC2016 # expanded at the prompt
  local _flow_call='"${_flow_name-:}" && :'
  if (($# > 1 && BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501)); then
    # Elements of an array get the person's own `$?` and PIPESTATUS from bash.
    PROMPT_COMMAND=("$_flow_call" "$@")
  else
    # The newline, unlike a `;`, may stand before anything.
    # shellcheck disable=SC2178 # an array's first element
    PROMPT_COMMAND=$_flow_call${1:+$'\n'$1}
  fi
}
_flow_install
unset -f _flow_install
