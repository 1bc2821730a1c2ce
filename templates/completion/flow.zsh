#compdef flow flow-agent
# Tab for flow in zsh, 5.0 and later: made by `flow completion zsh`. Read by your .zshrc after compinit,
# or as a file `_flow` in a directory of fpath. docs/COMPLETION.md

# `flow completion zsh` fills these in. A `flow` on PATH where Tab is pressed may be another program.
typeset -g _flow_node=''
typeset -g _flow_script=''

# Prints nothing, whatever goes wrong. A project's NODE_OPTIONS are not for flow.
_flow_tab() {
  local line about
  local -i dashes
  local -a lines found
  [[ -x $_flow_node && -f $_flow_script ]] || return 1
  lines=( "${(@f)$(NODE_OPTIONS='' "$_flow_node" "$_flow_script" complete -- \
    "${(@Q)words[2,CURRENT - 1]}" "${(Q)PREFIX}" 2>/dev/null)}" )
  case $lines[1] in
    (:files) _files ;;
    (:command)
      # Any command line.
      dashes=$words[(i)--]
      words=( "${(@)words[dashes + 1,-1]}" )
      (( CURRENT -= dashes ))
      _normal
      ;;
    (?*)
      for line in $lines; do
        about=${line#*$'\t'}
        found+=( "${${line%%$'\t'*}//:/\\:}${about:+:$about}" )
      done
      # In the order in which flow prints them: the latest session first.
      _describe -V -t values flow found
      ;;
    (*) return 1 ;;
  esac
}

_flow_tab_npx() {
  local -i at=2
  while (( at < CURRENT )) && [[ $words[at] == -* ]]; do (( at += 1 )); done
  if (( at < CURRENT )) && [[ $words[at] == (flow|flow-agent) ]]; then
    words=( "${(@)words[at,-1]}" )
    (( CURRENT -= at - 1 ))
    _flow_tab
  else
    ${_flow_tab_before_npx:-_default} "$@"
  fi
}

if (( $+functions[compdef] )); then
  [[ ${_comps[npx]-} == _flow_tab_npx ]] || typeset -g _flow_tab_before_npx=${_comps[npx]-}
  compdef _flow_tab_npx npx
  compdef _flow_tab flow flow-agent
fi
[[ $funcstack[1] != _flow ]] || _flow_tab "$@"
