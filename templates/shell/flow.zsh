# flow at a zsh prompt: puts right what a killed agent session left. docs/SHELL.md tells the story.
#
# Nothing pending is the usual case, and it is decided with builtins alone: no process is started, not
# even a subshell, and nothing is read but the state home. Something pending: `recover.sh` beside this
# file.
#
# Functions and variables start with `_flow_`: a `local` of a name that the person made readonly is an
# error.

# `flow shell zsh` fills these three lines in, in the copy that it puts into the state home: the state
# home itself, and what starts recovery where a session's own record of it is gone.
_flow_home=''
_flow_node=''
_flow_resident=''

# Scripts that a person sources a .zshrc from.
[[ -o interactive ]] || return 0

# What was tried and did not help: one line for each session, and after how many prompts to try again.
typeset -g _flow_tried='' _flow_said=''
typeset -gi _flow_pause=4 _flow_left=0

# Sessions of projects whose folder is gone, looked at again after the next `cd`.
typeset -g _flow_gone='' _flow_seen_from=''

# Sessions that were seen to be open, each at its place in the list of all of them: its backup.json, the
# record that told, and the process of that record. They save the way to a process, never the question
# whether it runs: that is asked at each prompt. (A record is named by its pid, so one of that name is
# that process's own as long as it runs.)
typeset -ga _flow_held _flow_records _flow_pids _flow_starts

typeset -g _flow_boot=''
# The boot id stays the same as long as this shell lives. Without /proc the pid alone must do.
if [[ -r /proc/self/stat ]]; then
  IFS='' read -r _flow_boot </proc/sys/kernel/random/boot_id || _flow_boot=-
fi

# zsh itself keeps `$?` and pipestatus round these two.
_flow_prompt() {
  emulate -LR zsh
  _flow_left+=-1
  local _flow_at=${FLOW_HOME:-$_flow_home}
  # A relative one would lie in the folder that is entered.
  [[ $_flow_at == /* && ${FLOW-} != 0 ]] || return 0
  local -a _flow_refs _flow_fields
  _flow_refs=($_flow_at/sessions/*/backup.json(N))
  local -i _flow_place=0
  local _flow_ref _flow_text _flow_new='' _flow_old='' _flow_all=''
  for _flow_ref in $_flow_refs; do
    _flow_place+=1
    if [[ $_flow_ref == "$_flow_held[_flow_place]" && -f $_flow_records[_flow_place] ]]; then
      # _flow_runs, once more: a function that is called from another takes zsh 0.02 ms.
      if [[ -z $_flow_boot ]]; then
        if builtin kill -0 $_flow_pids[_flow_place] 2>/dev/null; then continue; fi
      elif { _flow_text=$(</proc/$_flow_pids[_flow_place]/stat) } 2>/dev/null; then
        _flow_fields=(${(s: :)_flow_text##*') '})
        if [[ ${_flow_fields[1]-Z} != [ZXx] &&
          $_flow_starts[_flow_place] == (-|${_flow_fields[20]-}) ]]; then continue; fi
      fi
    fi
    _flow_judge
  done
  # One of somebody else's is found by a root shell that kept HOME: what root wrote there, its owner could
  # not mend any more.
  if [[ -z $_flow_all || ! -O $_flow_at ]]; then
    _flow_tried=''
  elif [[ -n $_flow_new ]]; then
    _flow_tried=$_flow_all _flow_pause=4 _flow_left=4
    _flow_recover $_flow_new
  elif (( _flow_left <= 0 )); then
    # git was at work, or somebody has made room on the disk.
    _flow_tried=$_flow_all
    (( _flow_pause = _flow_pause < 512 ? 2 * _flow_pause : _flow_pause, _flow_left = _flow_pause ))
    _flow_recover $_flow_old
  fi
}

_flow_entered() {
  emulate -LR zsh
  # `(cd there && make)`, whose variables are lost; and a key that changes the folder while the line is
  # being edited: the next prompt looks.
  if (( ZSH_SUBSHELL == 0 )) && ! { [[ -o zle ]] && zle; }; then
    # This is no prompt.
    _flow_left+=1
    _flow_prompt
  fi
}

# Adds the session of _flow_ref to those that are to be mended, when it is one.
_flow_judge() {
  local _flow_one=${_flow_ref%/*}
  local -a _flow_found
  _flow_found=($_flow_one/pids/*.(proc|agent)(N))
  # Another session of the same project has other records.
  local _flow_item="$_flow_one $_flow_found"$'\n'
  if [[ -n $_flow_gone && $_flow_gone == *"$_flow_item"* && $PWD == "$_flow_seen_from" ]]; then return; fi
  if [[ -z $_flow_tried || $_flow_tried != *"$_flow_item"* ]]; then
    _flow_is_to_mend 2>/dev/null || return 0
    _flow_new=${_flow_new:-$_flow_one}
  fi
  _flow_old=${_flow_old:-$_flow_one}
  _flow_all+=$_flow_item
}

# True when nobody of the records found is alive, and the project is there. What is seen otherwise is
# noted for the next prompt.
_flow_is_to_mend() {
  local _flow_record _flow_line
  _flow_held[_flow_place]=''
  [[ -f $_flow_ref ]] || return 1
  for _flow_record in $_flow_found; do
    if _flow_lives $_flow_record; then
      _flow_held[_flow_place]=$_flow_ref _flow_records[_flow_place]=$_flow_record
      return 1
    fi
  done
  # A project that was moved or deleted cannot be mended now; the session is kept.
  _flow_read_line $_flow_one/project
  [[ -n $_flow_line && ! -d $_flow_line ]] || return 0
  [[ $PWD == "$_flow_seen_from" ]] || _flow_gone='' _flow_seen_from=$PWD
  _flow_gone+=$_flow_item
  return 1
}

# True when the process of a line `<pid> <startTime> <bootId> <pidNamespace> <machineId>` surely lives.
# A `-` stands for what was not known.
_flow_lives() {
  # A pipe would never end.
  [[ -f $1 ]] || return 1
  # This starts no process, and `read` takes a byte at a time.
  local _flow_text=$(<$1)
  local -a _flow_its
  _flow_its=(${(s: :)_flow_text})
  # `kill -0 0` succeeds, and so would a negative number.
  [[ $#_flow_its -eq 5 && $_flow_its[1] != (0*|*[^0-9]*) ]] || return 1
  [[ -z $_flow_boot || $_flow_its[3] == $_flow_boot ]] || return 1
  _flow_pids[_flow_place]=$_flow_its[1] _flow_starts[_flow_place]=$_flow_its[2]
  _flow_runs $_flow_its[1] $_flow_its[2]
}

# True when the process $1 that started at $2 runs.
_flow_runs() {
  if [[ -z $_flow_boot ]]; then
    builtin kill -0 $1 2>/dev/null
    return
  fi
  local _flow_text
  local -a _flow_fields
  # When it is gone there would be something to say.
  { _flow_text=$(</proc/$1/stat) } 2>/dev/null || return 1
  # proc(5): behind the name, which may hold `) ` and newlines itself, stands the state, and 19 fields
  # later the start time.
  _flow_fields=(${(s: :)_flow_text##*') '})
  [[ ${_flow_fields[1]-Z} != [ZXx] && $2 == (-|${_flow_fields[20]-}) ]]
}

# Reads the file $1 into _flow_line, and leaves that empty when it is not exactly one whole line.
_flow_read_line() {
  _flow_line=''
  # A pipe would never end.
  [[ -f $1 ]] || return 0
  local _flow_rest
  { IFS='' read -r _flow_line && ! IFS='' read -r _flow_rest; } <$1 || _flow_line=''
}

# Something is to be done, in the session $1 at first: from here on processes are started.
_flow_recover() {
  local _flow_with _flow_program _flow_words _flow_line
  _flow_read_line $1/resident
  [[ -f $_flow_line ]] || _flow_line=$_flow_resident
  _flow_with=${_flow_line%/*}/with-node.sh _flow_program=$_flow_line
  [[ -f $_flow_program && -f $_flow_with ]] || return 0
  _flow_read_line $1/node
  [[ -x $_flow_line ]] || _flow_line=$_flow_node
  _flow_words=$(
    FLOW_HOME=$_flow_at /bin/sh $_flow_home/shell/recover.sh \
      $_flow_with "$_flow_line" $_flow_program </dev/null 2>/dev/null
  )
  # A second try that fails as the first one did has nothing new to say.
  if [[ -n $_flow_words && $_flow_words != $_flow_said ]]; then
    printf '%s\n' $_flow_words >&2
  fi
  _flow_said=$_flow_words
}

() {
  emulate -LR zsh
  typeset -ga precmd_functions chpwd_functions
  (( ${precmd_functions[(Ie)_flow_prompt]} )) || precmd_functions+=(_flow_prompt)
  (( ${chpwd_functions[(Ie)_flow_entered]} )) || chpwd_functions+=(_flow_entered)
}
