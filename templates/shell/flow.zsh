# flow at a zsh prompt: recovers what a killed agent session left. docs/SHELL.md has the whole story.
# Nothing pending is decided by `../hooks/pending.sh`, without a process.

# Scripts that source a .zshrc.
[[ -o interactive ]] || return 0

typeset -g _flow_home=${0%/shell/*}
typeset -g flow_scripts=$_flow_home/hooks
[[ -r $flow_scripts/prompt.sh && -r $flow_scripts/pending.sh ]] || return 0
# In sh's own syntax, whatever the options are; each of its functions then runs under sh's options.
emulate -R sh -o no_aliases -c '. "$flow_scripts/prompt.sh"'

# zsh itself keeps `$?` and pipestatus around these two.
_flow_prompt() {
  emulate -LR zsh
  local _flow_at=${FLOW_HOME:-$_flow_home}
  # Usually there is no session at all: a glob tells.
  if [[ $_flow_at != /* ]] || ! () { (( $# )) } $_flow_at/sessions/*/backup.json(N); then
    flow_tried=''
    return 0
  fi
  local flow_state flow_which flow_first flow_found flow_options flow_ref flow_session flow_records \
    flow_record flow_line flow_rest flow_pid flow_started flow_boot flow_status flow_field flow_node \
    flow_runtime flow_report
  flow_prompt $_flow_at
}

_flow_entered() {
  emulate -LR zsh
  # Not in `(cd there && make)`, whose variables are lost, nor for a key that changes the directory while
  # the line is being edited: the next prompt looks.
  if (( ZSH_SUBSHELL == 0 )) && ! { [[ -o zle ]] && zle; }; then
    # Only prompts are counted.
    (( flow_left += 1 ))
    _flow_prompt
  fi
}

() {
  emulate -LR zsh
  typeset -ga precmd_functions chpwd_functions
  (( ${precmd_functions[(Ie)_flow_prompt]} )) || precmd_functions+=(_flow_prompt)
  (( ${chpwd_functions[(Ie)_flow_entered]} )) || chpwd_functions+=(_flow_entered)
}
