# shellcheck shell=bash
# Tab for flow in bash, 3.2 and later: made by `flow completion bash`.
#
# Commands and options stand in the table below. Names of agents and of sessions are asked of flow,
# which reads them from .flowrc and the state home, and runs nothing of the folder you are in.

# `flow completion bash` fills these three lines in.
_flow_tab_node=''
_flow_tab_script=''
# COMMAND|KIND|WORD|SUMMARY: KIND is `word`, `option`, `ask` (WORD is what to ask flow for), or `rest`
# (what stands behind `--`). Words without a command are the commands.
_flow_tab_table=''

_flow_tab() {
  local IFS=$' \t\n' current=$2 command='' argument='' rest=0 at name kind text _
  local words=() options=()
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD && rest == 0; at++)); do
    case ${COMP_WORDS[at]} in
      --) rest=$at ;;
      -*) ;;
      *) if [[ -z $command ]]; then command=${COMP_WORDS[at]}; else argument=${COMP_WORDS[at]}; fi ;;
    esac
  done
  while IFS='|' read -r name kind text _; do
    [[ $name == "$command" ]] || continue
    case $kind in
      word) [[ -n $argument ]] || words+=("$text") ;;
      ask) [[ -n $argument || $rest -gt 0 ]] || _flow_tab_ask "$text" ;;
      option) [[ " ${COMP_WORDS[*]} " == *" $text "* ]] || options+=("$text") ;;
      rest)
        if ((rest > 0)); then
          _flow_tab_rest "$text" "$rest"
          return
        fi
        ;;
    esac
  done <<<"$_flow_tab_table"
  ((rest == 0)) || return 0
  if [[ $current == -* || ${#words[@]} -eq 0 ]]; then words=(${options[@]+"${options[@]}"}); fi
  # Not `compgen -W`, which would run what stands in a word.
  for text in ${words[@]+"${words[@]}"}; do
    [[ $text != "$current"* ]] || COMPREPLY+=("$text")
  done
}

# Adds to `words`. Nothing is said, whatever goes wrong. A project's NODE_OPTIONS are not for flow.
_flow_tab_ask() {
  local word _
  [[ -x $_flow_tab_node && -f $_flow_tab_script ]] || return 0
  while IFS=$'\t' read -r word _; do
    words+=("$word")
  done < <(NODE_OPTIONS='' "$_flow_tab_node" "$_flow_tab_script" complete "$1" 2>/dev/null)
}

# Behind `--` stands a command of any kind, or the arguments of an agent, which may be files.
_flow_tab_rest() {
  local IFS=$'\n'
  if [[ $1 == command ]] && declare -F _command_offset >/dev/null; then
    _command_offset $(($2 + 1))
  elif [[ $1 == command && $COMP_CWORD -eq $(($2 + 1)) ]]; then
    # shellcheck disable=SC2207 # one word a line
    COMPREPLY=($(compgen -c -- "$current"))
  elif ! compopt -o default 2>/dev/null; then
    # shellcheck disable=SC2207 # bash before 4
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}

complete -F _flow_tab flow flow-agent
