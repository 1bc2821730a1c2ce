#!/bin/sh
# with-node.sh NODE SCRIPT [ARGUMENT...]
#
# Becomes `node SCRIPT ARGUMENT...`. A graphical git client runs hooks without the person's shell
# profile, where nvm, volta and fnm put node on PATH. So node is looked for in three places: the path
# NODE, where it ran last (it may be empty, or gone); PATH; and PATH once more after the person's own
# file ${XDG_CONFIG_HOME:-$HOME/.config}/flow/init.sh was sourced, which can set it.
# Exit: node's own; 127 without a word when there is none, also where init.sh has ended us.
#
# Run it, do not source it: a process of its own is what keeps an `exit`, a syntax error, options or
# functions of init.sh from the hook.

flow_become() {
  flow_node=$1
  shift
  if ! flow_is_program "$flow_node" && ! flow_find_node; then
    flow_source_init
    flow_find_node || return 127
  fi
  # What a project loads into its own node, often by a path that is right in one folder only, would
  # keep ours from starting.
  unset -v NODE_OPTIONS
  exec "$flow_node" "$@"
}

flow_is_program() {
  [ -f "$1" ] && [ -x "$1" ]
}

# Leaves node in flow_node. Not by `command -v`, which may find a function, and finds what lies in the
# repository when PATH has relative folders, as husky's has.
flow_find_node() {
  flow_rest=${PATH-}:
  while [ -n "$flow_rest" ]; do
    flow_node=${flow_rest%%:*}/node
    flow_rest=${flow_rest#*:}
    case $flow_node in /*) if flow_is_program "$flow_node"; then return 0; fi ;; esac
  done
  return 1
}

# In a function, whose own words a `set --` or `shift` in init.sh changes. What init.sh says or reads
# is none of the hook's business.
flow_source_init() {
  # XDG Base Directory Specification: a path that is not absolute counts as not set.
  case ${XDG_CONFIG_HOME-} in
    /*) flow_config=$XDG_CONFIG_HOME ;;
    *) flow_config=${HOME:+$HOME/.config} ;;
  esac
  case $flow_config in /*) ;; *) return 0 ;; esac
  # A pipe would never end.
  [ -f "$flow_config/flow/init.sh" ] || return 0
  # shellcheck disable=SC1091 # the person's own
  . "$flow_config/flow/init.sh" </dev/null >/dev/null 2>&1
}

# An `exit 1` of init.sh must not be taken for an answer of node's.
trap 'exit 127' EXIT
flow_become "$@"
