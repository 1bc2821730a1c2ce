# shellcheck shell=bash
# Tab for flow in bash, 3.2 and later: made by `flow completion bash`. docs/COMPLETION.md

# `flow completion bash` fills these in. A `flow` on PATH where Tab is pressed may be another program.
_flow_node=''
_flow_script=''

# Prints nothing, whatever goes wrong. A project's NODE_OPTIONS are not for flow.
_flow_tab() {
  local IFS=$' \t\n' at=1 word _
  COMPREPLY=()
  if [[ ${1##*/} == npx ]]; then
    while [[ $at -lt $COMP_CWORD && ${COMP_WORDS[at]} == -* ]]; do at=$((at + 1)); done
    case $((at < COMP_CWORD)):${COMP_WORDS[at]} in 1:flow | 1:flow-agent) at=$((at + 1)) ;; *) return 0 ;; esac
  fi
  [[ -x $_flow_node && -f $_flow_script ]] || return 0
  while IFS=$'\t' read -r word _; do
    case $word in
      :command) _flow_tab_command ;;
      :files) compopt -o default 2>/dev/null || _flow_tab_by -f ;;
      *) COMPREPLY+=("$word") ;;
    esac
  done < <(NODE_OPTIONS='' "$_flow_node" "$_flow_script" complete -- \
    "${COMP_WORDS[@]:at:COMP_CWORD-at}" "$2" 2>/dev/null)
}

# After `exec --` is any command line.
_flow_tab_command() {
  local at=1
  while [[ ${COMP_WORDS[at]} != -- ]]; do at=$((at + 1)); done
  at=$((at + 1))
  if declare -F _command_offset >/dev/null; then
    _command_offset "$at"
  elif [[ $at -eq $COMP_CWORD ]]; then
    _flow_tab_by -c
  else
    compopt -o default 2>/dev/null || _flow_tab_by -f
  fi
}

_flow_tab_by() {
  local IFS=$'\n'
  # shellcheck disable=SC2207 # one word a line
  COMPREPLY=($(compgen "$1" -- "${COMP_WORDS[COMP_CWORD]}"))
}

complete -F _flow_tab flow flow-agent
# For `npx flow`; another completion of npx stays.
complete -p npx >/dev/null 2>&1 || complete -o bashdefault -o default -F _flow_tab npx
