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

# The session that was seen to be open last, and a process of it, which tells the same the next time.
_flow_held=''
_flow_pid=''
_flow_started=''
_flow_looks=0

# The boot id stays the same as long as this shell lives. Without /proc the pid alone must do.
_flow_boot=''
_flow_count=0
if [[ -r /proc/self/stat ]]; then
  IFS='' read -r _flow_boot </proc/sys/kernel/random/boot_id || _flow_boot=-
  # How many fields there are where the name of the process has no blank.
  IFS='' read -r _flow_line </proc/self/stat
  IFS=' ' read -r -a _flow_fields <<<"${_flow_line##*)}"
  _flow_count=$((${#_flow_fields[@]} + 2))
  unset -v _flow_line _flow_fields
fi

# Keeps `$?` for what comes behind it, PIPESTATUS only where bash itself does.
_flow_prompt() {
  local _flow_status=$? _flow_options=$- _flow_failglob=''
  case $_flow_options in *x*) { set +x; } 2>/dev/null ;; esac
  if [[ ${FLOW-} != 0 ]]; then
    local _flow_at=${FLOW_HOME:-$_flow_home} _flow_folder='' _flow_line=''
    # A relative one would lie in the folder that is entered. One of somebody else's is found by a root
    # shell that kept HOME: what root wrote there, its owner could not mend any more.
    if [[ $_flow_at == /* && -O $_flow_at ]]; then
      set +f
      if shopt -q failglob; then _flow_failglob=1 && shopt -u failglob; fi
      _flow_find
      if [[ -n $_flow_failglob ]]; then shopt -s failglob; fi
      case $_flow_options in *f*) set -f ;; esac
      if [[ -n $_flow_folder ]]; then _flow_recover; fi
    fi
  fi
  case $_flow_options in *x*) set -x ;; esac
  return "$_flow_status"
}

# Leaves in _flow_folder the session to begin with when there is something to start recovery for.
_flow_find() {
  set -- "$_flow_at"/sessions/*/backup.json
  if [[ -f $1 || $# -gt 1 ]]; then _flow_judge "$@" 2>/dev/null; else _flow_tried=''; fi
}

_flow_judge() {
  local _flow_ref _flow_one _flow_item _flow_new='' _flow_old='' _flow_all=''
  [ "$PWD" = "$_flow_seen_from" ] || _flow_gone='' _flow_seen_from=$PWD
  for _flow_ref; do
    [[ -f $_flow_ref ]] || continue
    _flow_one=${_flow_ref%/*}
    # Not an array: an empty one is an error under `set -u` before bash 4.4.
    set -- "$_flow_one"/pids/*.[pa]*
    # Another session of the same project has other records.
    _flow_item="$_flow_one $*"$'\n'
    if [[ -n $_flow_gone && $_flow_gone == *"$_flow_item"* ]]; then continue; fi
    if [[ -z $_flow_tried || $_flow_tried != *"$_flow_item"* ]]; then
      # As a word: `[[` would take the item for a pattern first.
      # shellcheck disable=SC2292
      if [ "$_flow_item" = "$_flow_held" ]; then
        # Whoever ends goes out of /proc. Closely looked at every sixteenth time: at one that nobody has
        # waited for, or whose number another has by now.
        if ((++_flow_looks % 16)) && [[ -n $_flow_boot && -d /proc/$_flow_pid ]]; then continue; fi
        if _flow_runs; then continue; fi
      fi
      _flow_held=''
      if _flow_is_held "$@"; then
        _flow_held=$_flow_item
        continue
      fi
      # A project that was moved or deleted cannot be mended now; the session is kept.
      _flow_read_line "$_flow_one/project"
      if [[ -n $_flow_line && ! -d $_flow_line ]]; then
        _flow_gone+=$_flow_item
        continue
      fi
      _flow_new=${_flow_new:-$_flow_one}
    fi
    _flow_old=${_flow_old:-$_flow_one}
    _flow_all+=$_flow_item
  done
  if [[ -z $_flow_all ]]; then
    _flow_tried=''
  elif [[ -n $_flow_new ]]; then
    _flow_folder=$_flow_new _flow_tried=$_flow_all _flow_pause=4 _flow_left=4
  elif ((--_flow_left <= 0)); then
    # git was at work, or somebody has made room on the disk.
    _flow_folder=$_flow_old _flow_tried=$_flow_all
    ((_flow_pause < 512)) && ((_flow_pause *= 2))
    _flow_left=$_flow_pause
  fi
}

# True when one of these records has somebody alive.
_flow_is_held() {
  local _flow_record
  for _flow_record; do
    # A pipe would never end.
    if [[ -f $_flow_record && $_flow_record == *.@(proc|agent) ]] && _flow_lives "$_flow_record"; then return 0; fi
  done
  return 1
}

# True when the process of a line `<pid> <startTime> <bootId> <pidNamespace> <machineId>` surely lives.
# A `-` stands for what was not known. Leaves the first two of them for _flow_runs.
_flow_lives() {
  local _flow_its_boot _flow_rest
  IFS=' ' read -r _flow_pid _flow_started _flow_its_boot _flow_rest <"$1" || return 1
  [[ $_flow_rest == *' '* && $_flow_rest != *' '*' '* ]] || return 1
  # `kill -0 0` succeeds, and so would a negative number.
  [[ -n $_flow_pid && $_flow_pid != 0* && $_flow_pid != *[!0-9]* ]] || return 1
  if [[ -n $_flow_boot && $_flow_its_boot != "$_flow_boot" ]]; then return 1; fi
  _flow_runs
}

_flow_runs() {
  if [[ -z $_flow_boot ]]; then
    kill -0 "$_flow_pid"
    return
  fi
  # proc(5): behind the name, which may hold `) ` and newlines itself, stands the state, and 19 fields
  # later the start time.
  local -a _flow_fields
  local _flow_rest
  IFS=' ' read -r -a _flow_fields <"/proc/$_flow_pid/stat" || return 1
  if [[ ${#_flow_fields[@]} -ne $_flow_count || ${_flow_fields[1]} != '('*')' ]]; then
    IFS='' read -r -d '' _flow_rest <"/proc/$_flow_pid/stat"
    # One after the other, since bash tries every longer match before the longest one that there is.
    while [[ $_flow_rest == *') '* ]]; do _flow_rest=${_flow_rest#*') '}; done
    local IFS=' '
    # shellcheck disable=SC2206 # numbers, one word for each
    _flow_fields=("$_flow_pid" '(name)' $_flow_rest)
  fi
  case ${_flow_fields[2]-} in '' | [ZXx]) return 1 ;; esac
  [[ $_flow_started == - || $_flow_started == "${_flow_fields[21]-}" ]]
}

# Reads the file $1 into _flow_line, and leaves that empty when it is not exactly one whole line.
_flow_read_line() {
  _flow_line=''
  [[ -f $1 ]] || return 0
  local _flow_rest
  { IFS='' read -r _flow_line && ! IFS='' read -r _flow_rest; } <"$1" || _flow_line=''
}

# Something is to be done: from here on processes are started.
_flow_recover() {
  local _flow_with _flow_program _flow_words
  _flow_read_line "$_flow_folder/resident"
  [[ -f $_flow_line ]] || _flow_line=$_flow_resident
  _flow_with=${_flow_line%/*}/with-node.sh _flow_program=$_flow_line
  [[ -f $_flow_program && -f $_flow_with ]] || return 0
  _flow_read_line "$_flow_folder/node"
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
