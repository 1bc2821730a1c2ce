# flow at a fish prompt: puts right what a killed agent session left. docs/SHELL.md tells the story.
#
# Nothing pending is the usual case, and it is decided with builtins alone: no process is started, and
# nothing is read but the state home. Something pending: `recover.sh` beside this file.

# `flow shell fish` fills these three lines in, in the copy that it puts into the state home: the state
# home itself, and what starts recovery where a session's own record of it is gone.
set -g _flow_home ''
set -g _flow_node ''
set -g _flow_resident ''

# A config.fish is read by scripts as well.
if status is-interactive
    # What was tried and did not help, one for each session; and after how many prompts to try again,
    # as lists of that length, since counting them off is cheaper than arithmetic.
    set -g _flow_tried
    set -g _flow_pause . . . .
    set -g _flow_left
    set -g _flow_said ''

    # Sessions of projects whose folder is gone.
    set -g _flow_gone
    set -g _flow_seen_from
    # The session that was seen to be open last, and how to ask whether a process of it still runs.
    set -g _flow_held
    set -g _flow_stat
    set -g _flow_lives
    set -g _flow_looks

    # The boot id stays the same as long as this shell lives.
    set -g _flow_boot ''
    if test -r /proc/self/stat
        read -g _flow_boot </proc/sys/kernel/random/boot_id
        or set -g _flow_boot -
    end

    # fish itself keeps $status and $pipestatus round these two.
    function _flow_prompt --on-event fish_prompt
        set -e _flow_left[1]
        _flow_look
    end

    function _flow_entered --on-variable PWD
        # `(cd there; make)`
        status is-command-substitution
        or _flow_look
    end
end

function _flow_look
    test "$FLOW" = 0
    and return
    set -l at "$_flow_home"
    test -n "$FLOW_HOME"
    and set at "$FLOW_HOME"
    # A relative one would lie in the folder that is entered. One of somebody else's is found by a root
    # shell that kept HOME: what root wrote there, its owner could not mend any more.
    string match -q '/*' -- "$at"
    and test -O "$at"
    or return
    set -l refs $at/sessions/*/backup.json
    if set -q refs[1]
        _flow_judge $at $refs
    else
        set -g _flow_tried
    end
end

# _flow_judge STATE_HOME BACKUP_JSON...: starts recovery if one of these sessions is to be mended.
function _flow_judge
    set -l old
    set -l new
    set -l all
    if test "$PWD" != "$_flow_seen_from"
        set -g _flow_gone
        set -g _flow_seen_from $PWD
    end
    for ref in $argv[2..]
        set -l folder
        # Cheaper than a substitution.
        test -f $ref
        and string match -rq '^(?<folder>(?s:.*))/backup\.json$' -- $ref
        or continue
        set -l records $folder/pids/*
        # Another session of the same project has other records.
        set -l item "$folder $records"
        contains -- $item $_flow_gone
        and continue
        if not contains -- $item $_flow_tried
            # The session that was seen to be open last: the same process tells the same now.
            test "$item" = "$_flow_held"
            and _flow_still_runs
            and continue
            set -g _flow_held
            if _flow_is_held $records
                set -g _flow_held $item
                continue
            end
            # A project that was moved or deleted cannot be mended now; the session is kept. It is
            # looked at again after the next `cd`.
            set -l project (_flow_line $folder/project)
            if test -n "$project" -a ! -d "$project"
                set -ga _flow_gone $item
                continue
            end
            set -a new $folder
        end
        set -a old $folder
        set -a all $item
    end
    if not set -q all[1]
        set -g _flow_tried
    else if set -q new[1]
        set -g _flow_tried $all
        set -g _flow_pause . . . .
        set -g _flow_left $_flow_pause
        _flow_recover $argv[1] $new[1]
    else if not set -q _flow_left[1]
        # git was at work, or somebody has made room on the disk.
        set -g _flow_tried $all
        set -q _flow_pause[512]
        or set -g _flow_pause $_flow_pause $_flow_pause
        set -g _flow_left $_flow_pause
        _flow_recover $argv[1] $old[1]
    end
end

# _flow_is_held FILE...: true when one of these records has somebody alive. It is a line
# `<pid> <startTime> <bootId> <pidNamespace> <machineId>`, where `-` stands for what was not known.
function _flow_is_held
    # Without /proc it takes a process to ask: recovery does, once for each session.
    test -n "$_flow_boot"
    or return
    for record in $argv
        set -l line
        set -l pid
        set -l started
        string match -rq '\.(proc|agent)$' -- $record
        # A pipe would never end.
        and test -f $record
        and read -z line <$record
        and string match -rq '^(?<pid>[1-9][0-9]*) (?<started>\d+|-) '"$_flow_boot"' \S+ \S+\n\z' -- "$line"
        or continue
        set -g _flow_stat /proc/$pid/stat
        # proc(5): behind the name, which may hold `) ` and newlines itself, stands the state, and 19
        # fields later the start time.
        set -g _flow_lives '\) [^ZXx\n] ([^ )]+ ){18}'$started' [^)]*$'
        test $started = -
        and set -g _flow_lives '\) [^ZXx\n] [^)]*$'
        _flow_runs
        and return
    end
    return 1
end

# The same for most prompts: whoever ends goes out of /proc. Closely looked at every sixteenth time, at
# one that nobody has waited for, or whose number another has by now.
function _flow_still_runs
    if set -q _flow_looks[1]
        set -e _flow_looks[1]
        test -r "$_flow_stat"
    else
        set -g _flow_looks . . . . . . . . . . . . . . .
        _flow_runs
    end
end

# True when the process that _flow_is_held looked at last still runs.
function _flow_runs
    set -l stat
    test -r "$_flow_stat"
    and read -z stat <$_flow_stat
    and string match -rq -- $_flow_lives "$stat"
end

# Prints the file's text when it is exactly one whole line.
function _flow_line
    set -l text
    # A pipe would never end.
    test -f $argv[1]
    and read -z text <$argv[1]
    and string match -r '^[^\n]+(?=\n\z)' -- "$text"
end

# _flow_recover STATE_HOME FOLDER: from here on processes are started.
function _flow_recover
    set -l resident (_flow_line $argv[2]/resident)
    test -f "$resident"
    or set resident $_flow_resident
    set -l with_node (string replace -r '[^/]*$' with-node.sh -- "$resident" | string collect)
    test -f "$resident" -a -f "$with_node"
    or return
    set -l node (_flow_line $argv[2]/node)
    test -x "$node"
    or set node $_flow_node
    set -lx FLOW_HOME $argv[1]
    set -l said (/bin/sh $_flow_home/shell/recover.sh $with_node "$node" $resident </dev/null 2>/dev/null)
    # A second try that fails as the first one did has nothing new to say.
    test -n "$said" -a "$said" != "$_flow_said"
    and printf '%s\n' $said >&2
    set -g _flow_said "$said"
end
