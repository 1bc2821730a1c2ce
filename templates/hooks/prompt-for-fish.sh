#!/bin/sh
# prompt-for-fish.sh STATE_DIRECTORY [LEFT PAUSE TRIED PRINTED]
#
# What a fish prompt runs while there is any session: recovers killed ones. Prints what the next prompt has
# to pass to it, each followed by a NUL.

# bash, where that is /bin/sh, takes options from SHELLOPTS.
set +euCx
# The directory that the user is in may not be trusted.
cd / || exit
# Stopped by Ctrl-Z it would keep the prompt waiting.
trap '' TSTP

flow_scripts=${0%/*}
# shellcheck source=templates/hooks/prompt.sh
. "$flow_scripts/prompt.sh"
if [ $# = 5 ]; then flow_left=$2 flow_pause=$3 flow_tried=$4 flow_printed=$5; fi
flow_prompt "$1"
printf '%s\0' "$flow_left" "$flow_pause" "$flow_tried" "$flow_printed"
