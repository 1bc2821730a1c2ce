# shellcheck shell=bash
# flow at a bash prompt: recovers what a killed agent session left. docs/SHELL.md has the whole story.
# For bash 3.2 and later. Nothing pending is decided by `../hooks/pending.sh`, without a process.

# Scripts and `ssh host command` read a .bashrc as well.
case $- in *i*) ;; *) return 0 ;; esac

_flow_home=${BASH_SOURCE[0]%/shell/*}
flow_scripts=$_flow_home/hooks
[[ -r $flow_scripts/prompt.sh && -r $flow_scripts/pending.sh ]] || return 0
# Aliases of the user's would get into its functions.
shopt -q expand_aliases && _flow_aliases=-s || _flow_aliases=-u
shopt -u expand_aliases
# shellcheck source=templates/hooks/prompt.sh
. "$flow_scripts/prompt.sh"
shopt "$_flow_aliases" expand_aliases

# Keeps `$?` for what follows it, and PIPESTATUS where bash itself does.
_flow_prompt() {
  local _flow_status=$? _flow_at=${FLOW_HOME:-$_flow_home}
  # Usually there is no session at all: a glob tells, under options that let it.
  if [[ $- != *[fx]* && $_flow_at == /* ]] && ! shopt -q failglob; then
    set -- "$_flow_at"/sessions/*/backup.json
    if [[ $# -lt 2 && ! -f ${1-} ]]; then
      flow_tried=''
      return "$_flow_status"
    fi
  fi
  _flow_ask
  return "$_flow_status"
}

_flow_ask() {
  local _flow_options=$- _flow_failglob=''
  # shellcheck disable=SC2034 # of the functions that this calls
  local flow_state flow_which flow_first flow_found flow_options flow_ref flow_session flow_records \
    flow_record flow_line flow_rest flow_pid flow_started flow_boot flow_status flow_field flow_node \
    flow_runtime flow_report
  case $_flow_options in *x*) { set +x; } 2>/dev/null ;; esac
  if shopt -q failglob; then shopt -u failglob && _flow_failglob=1; fi
  flow_prompt "$_flow_at"
  [[ -z $_flow_failglob ]] || shopt -s failglob
  case $_flow_options in *x*) set -x ;; esac
}

# First, since a timer that some prompt sets by a DEBUG trap starts at whatever runs after it. By a
# variable, since an exported PROMPT_COMMAND reaches shells that have no such function. As `... && :`,
# since otherwise a `$?` that is kept would set off `set -e` and a trap on ERR once more.
_flow_name=_flow_prompt
_flow_install() {
  # Not by ${#PROMPT_COMMAND[@]}, an error under `set -u` where it is no array.
  set -- "${PROMPT_COMMAND[@]-}"
  case "$*" in *_flow_name*) return ;; esac
  # shellcheck disable=SC2016 # expanded at the prompt
  local _flow_call='"${_flow_name-:}" && :'
  if (($# > 1 && BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501)); then
    # Elements of an array get the user's own `$?` and PIPESTATUS from bash.
    PROMPT_COMMAND=("$_flow_call" "$@")
  else
    # The newline, unlike a `;`, may precede anything.
    # shellcheck disable=SC2178 # an array's first element
    PROMPT_COMMAND=$_flow_call${1:+$'\n'$1}
  fi
}
_flow_install
unset -f _flow_install
