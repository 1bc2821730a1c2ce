#compdef flow flow-agent
# Tab for flow in zsh, 5.0 and later: made by `flow completion zsh`. Read by your .zshrc after compinit,
# or as a file `_flow` in a folder of fpath.
#
# Commands and options stand in the table below. Names of agents and of sessions are asked of flow,
# which reads them from .flowrc and the state home, and runs nothing of the folder you are in.

# `flow completion zsh` fills these three lines in.
_flow_tab_node=''
_flow_tab_script=''
# COMMAND|KIND|WORD|SUMMARY: KIND is `word`, `option`, `ask` (WORD is what to ask flow for), or `rest`
# (what stands behind `--`). Words without a command are the commands.
_flow_tab_table=''

_flow_tab() {
  local command='' argument='' line
  local -i at rest=0
  local -a parts found options
  for (( at = 2; at < CURRENT && rest == 0; at++ )); do
    case $words[at] in
      (--) rest=$at ;;
      (-*) ;;
      (*) if [[ -z $command ]]; then command=$words[at]; else argument=$words[at]; fi ;;
    esac
  done
  for line in "${(@f)_flow_tab_table}"; do
    parts=( "${(@s:|:)line}" )
    [[ $parts[1] == "$command" ]] || continue
    case $parts[2] in
      (word) [[ -n $argument ]] || found+=( "${parts[3]//:/\\:}:$parts[4]" ) ;;
      (ask) [[ -n $argument ]] || (( rest )) || _flow_tab_ask $parts[3] ;;
      (option) (( ${words[(Ie)$parts[3]]} )) || options+=( "$parts[3]:$parts[4]" ) ;;
      (rest) if (( rest )); then _flow_tab_rest $parts[3] $rest; return; fi ;;
    esac
  done
  (( rest )) && return 1
  if [[ $PREFIX == -* ]] || (( ! $#found )); then
    _describe -t options 'option' options
  elif [[ -z $command ]]; then
    _describe -t commands 'flow command' found
  else
    # In the order in which flow tells them: the latest session first.
    _describe -V -t values "$command" found
  fi
}

# Adds to `found`. Nothing is said, whatever goes wrong. A project's NODE_OPTIONS are not for flow.
_flow_tab_ask() {
  local line
  [[ -x $_flow_tab_node && -f $_flow_tab_script ]] || return 0
  for line in "${(@f)$(NODE_OPTIONS='' "$_flow_tab_node" "$_flow_tab_script" complete "$1" 2>/dev/null)}"; do
    [[ -z $line ]] || found+=( "${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}" )
  done
}

# Behind `--` stands a command of any kind, or the arguments of an agent, which may be files.
_flow_tab_rest() {
  if [[ $1 == command ]]; then
    words=( "${(@)words[$2 + 1,-1]}" )
    (( CURRENT -= $2 ))
    _normal
  else
    _files
  fi
}

if [[ $funcstack[1] == _flow ]]; then
  _flow_tab "$@"
elif (( $+functions[compdef] )); then
  compdef _flow_tab flow flow-agent
fi
