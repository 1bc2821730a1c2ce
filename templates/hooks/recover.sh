#!/bin/sh
# recover.sh WITH_NODE NODE RESIDENT
#
# What a prompt runs when something is pending: prints what recovery reports, in two seconds and two lines
# at most. A recovery that takes longer goes on alone, and that is what is printed.
#
# It leaves the directory that the user is in before it calls anything: a PATH with `.` or
# `node_modules/.bin` in it would find programs there, and git would read its configuration.

# bash, where that is /bin/sh, takes options from SHELLOPTS: each of these would end this script early or
# print beside what recovery prints.
set +euCx

cd / || exit
with_node=$1
shift

# The words go through a file that has no name any more, since a pipe would end only with recovery.
words=${0%/*}/.words.$$
(
  umask 077
  : >"$words"
) || exit
# shellcheck disable=SC2094 # two places in it: ours begins at the start
exec 3>"$words" 4<"$words" || exit
rm -f "$words"

# Stopped by Ctrl-Z we would keep the prompt waiting.
trap '' TSTP
late=''
trap 'late=1' ALRM
/bin/sh "$with_node" "$@" recover --quiet --for=prompt </dev/null >&3 2>&1 3>&- 4<&- &
recovery=$!
(
  sleep 2
  kill -s ALRM "$$"
) </dev/null >/dev/null 2>&1 3>&- 4<&- &
clock=$!
wait "$recovery" 2>/dev/null

if [ -n "$late" ]; then
  # Should a Ctrl-Z have stopped it, it would hold others up.
  kill -s CONT "$recovery" 2>/dev/null
  # shellcheck disable=SC2016 # as it is to be typed
  echo 'flow: putting right what a killed session left takes longer than usual; `flow status` tells how it stands'
  exit
fi
kill "$clock" 2>/dev/null
lines=0
while IFS='' read -r line <&4; do
  lines=$((lines + 1))
  case $lines in 1) printf '%s\n' "$line" ;; 2) second=$line ;; esac
done
if [ "$lines" = 2 ]; then
  printf '%s\n' "$second"
elif [ "$lines" -gt 2 ]; then
  # shellcheck disable=SC2016 # as it is to be typed
  echo "flow: recovery printed $((lines - 1)) more lines; run "'`flow doctor`'
fi
