# shellcheck shell=bash disable=SC1090,SC2034 # they are what the script reads
# press-tab.bash SCRIPT WORD...: what bash would propose for the last word, one a line.
. "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_flow_tab "$1" "${!#}" ''
printf '%s\n' ${COMPREPLY[@]+"${COMPREPLY[@]}"}
