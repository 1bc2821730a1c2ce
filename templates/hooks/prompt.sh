# shellcheck shell=sh
# shellcheck disable=SC2154 # flow_scripts is set by whatever sources this
# Sourced by the prompts of bash and zsh, and by `prompt-for-fish.sh`, with the directory of this file in
# flow_scripts. `pending.sh` says what the host may be like.

# shellcheck source=templates/hooks/pending.sh
. "$flow_scripts/pending.sh"

# What the last prompts tried in vain, after how many prompts to try again, and what was printed.
flow_tried='' flow_left=0 flow_pause=4 flow_printed=''

# flow_prompt STATE_DIRECTORY: recovers killed sessions, and prints what recovery reports.
flow_prompt() {
  if ! flow_find "$1" killed; then
    flow_tried=''
    return 0
  fi
  flow_is_due || return 0
  flow_report=$(
    FLOW_HOME=$flow_state /bin/sh "$flow_scripts/recover.sh" \
      "$flow_scripts/with-node.sh" "$flow_node" "$flow_runtime" </dev/null 2>/dev/null
  ) || :
  # A second try that fails as the first one did has nothing new to report.
  if [ -n "$flow_report" ] && [ "$flow_report" != "$flow_printed" ]; then
    printf '%s\n' "$flow_report" >&2
  fi
  flow_printed=$flow_report
}

# True for sessions that were not tried yet, and then after 4, 8, 16… prompts: git was at work, or the disk
# was full.
flow_is_due() {
  if [ "$flow_found" != "$flow_tried" ]; then
    flow_pause=4
  elif flow_left=$((flow_left - 1)) && [ "$flow_left" -gt 0 ]; then
    return 1
  elif [ "$flow_pause" -lt 512 ]; then
    flow_pause=$((flow_pause * 2))
  fi
  flow_left=$flow_pause flow_tried=$flow_found
}
