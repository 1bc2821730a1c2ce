# shellcheck shell=sh
# Sourced by .husky/pre-commit: while a session is open here, nothing of flow's gets into the commit.
#
# The clean filter sees to it that git is given the settings without flow's entries. This is for what
# no filter reaches: a settings file that flow made, which `git add -A` takes for the person's, a copy
# of the settings under another name, a client that runs no filters.
#
# With no session open it is decided with builtins alone. The host may run under `set -eu` with any
# IFS, so every command is a condition or cannot fail; names start with `flow_`, all are unset at the
# end. A commit is stopped only when entries cannot be taken out of it, or nothing else is in it.

flow_check() {
  [ "${FLOW-}" != 0 ] || return 0
  flow_home=${FLOW_HOME:-${HOME:+$HOME/.sylphx-flow}}
  case $flow_home in /*) ;; *) return 0 ;; esac
  # zsh itself ends a script at a pattern that matches nothing.
  [ -z "${ZSH_VERSION-}" ] || emulate -L sh 2>/dev/null || :
  flow_options=$-
  set +f
  flow_find_session "$flow_home" 2>/dev/null || flow_resident=''
  case $flow_options in *f*) set -f ;; esac
  [ -n "$flow_resident" ] && [ -f "$flow_resident" ] || return 0
  /bin/sh "${flow_resident%/*}/with-node.sh" "$flow_node" "$flow_resident" pre-commit </dev/null
}

# True when a session is open in a project round the working folder, or in it.
flow_find_session() {
  for flow_ref in "$1"/sessions/*/backup.json; do
    [ -f "$flow_ref" ] || continue
    flow_folder=${flow_ref%/*}
    flow_read_line "$flow_folder/project" || continue
    flow_here=$(pwd -P)/ || return 1
    case $flow_here in "$flow_line"/*) ;; *)
      case $flow_line/ in "$flow_here"*) ;; *) continue ;; esac
      ;;
    esac
    flow_read_line "$flow_folder/node" || continue
    flow_node=$flow_line
    flow_read_line "$flow_folder/resident" || continue
    flow_resident=$flow_line
    return 0
  done
  return 1
}

# A file of one line; false for any other.
flow_read_line() {
  [ -f "$1" ] || return 1
  # shellcheck disable=SC2034 # only whether there is one
  { IFS='' read -r flow_line && ! IFS='' read -r flow_rest; } <"$1"
}

flow_status=0
flow_check || flow_status=$?
unset -f flow_check flow_find_session flow_read_line
unset -v flow_home flow_options flow_ref flow_folder flow_line flow_rest flow_here flow_node \
  flow_resident
# `exit` and not a status: the line that sources this takes every status for fine. 10 is flow's own
# answer; whatever else went wrong does not keep anybody from committing.
if [ "$flow_status" = 10 ]; then exit 1; fi
unset -v flow_status
