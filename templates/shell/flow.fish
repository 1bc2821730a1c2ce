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

    # All sessions as they were listed last, and for each its number and its folder. For one that was
    # seen to be open, the record that told, and how to ask whether the process of it still runs. They
    # save the way to a process, never the question, which is asked at each prompt.
    set -g _flow_refs
    set -g _flow_places
    set -g _flow_folders
    set -g _flow_records
    set -g _flow_stats
    set -g _flow_lives

    # The boot id stays the same as long as this shell lives.
    set -g _flow_boot ''
    if test -r /proc/self/stat
        read -g _flow_boot </proc/sys/kernel/random/boot_id
        or set -g _flow_boot -
    end

    # fish itself keeps $status and $pipestatus round these two.
    function _flow_prompt --on-event fish_prompt
        _flow_look prompt
    end

    function _flow_entered --on-variable PWD
        # `(cd there; make)`
        status is-command-substitution
        or _flow_look
    end
end

# _flow_look [prompt]: starts recovery if there is a session to be mended.
function _flow_look
    test "$FLOW" = 0
    and return
    set -l at $_flow_home
    if test -n "$FLOW_HOME"
        set at $FLOW_HOME
        # A relative one would lie in the folder that is entered.
        string match -q '/*' -- "$at"
        or return
    end
    set -l refs $at/sessions/*/backup.json
    if not set -q refs[1]
        set -g _flow_tried
        return
    end
    test "$refs" = "$_flow_refs"
    or _flow_list $refs
    set -l old
    set -l all
    set -l new
    for place in $_flow_places
        set -l stat
        test -f "$_flow_records[$place]" -a -r "$_flow_stats[$place]"
        and read -z stat <$_flow_stats[$place]
        and string match -rq -- $_flow_lives[$place] "$stat"
        or _flow_judge
    end
    if not set -q all[1]
        set -g _flow_tried
        return
    end
    # One of somebody else's is found by a root shell that kept HOME: what root wrote there, its owner
    # could not mend any more.
    test -O $at
    or return
    if set -q new[1]
        set -g _flow_tried $all
        set -g _flow_pause . . . .
        set -g _flow_left $_flow_pause
        _flow_recover $at $new[1]
        return
    end
    set -q argv[1]
    and set -e _flow_left[1]
    if not set -q _flow_left[1]
        # git was at work, or somebody has made room on the disk.
        set -g _flow_tried $all
        set -q _flow_pause[512]
        or set -g _flow_pause $_flow_pause $_flow_pause
        set -g _flow_left $_flow_pause
        _flow_recover $at $old
    end
end

# _flow_list BACKUP_JSON...: forgets what was noted of other sessions.
function _flow_list
    for list in _flow_places _flow_folders _flow_records _flow_stats _flow_lives
        set -g $list
    end
    set -g _flow_refs $argv
    for ref in $argv
        set -ga _flow_places (count $_flow_places .)
        set -ga _flow_folders (string replace -r '/backup\.json$' '' -- $ref | string collect)
    end
end

# Adds the session at $place to those that are to be mended, when it is one.
function _flow_judge --no-scope-shadowing
    set -l folder $_flow_folders[$place]
    set -l records $folder/pids/*
    # Another session of the same project has other records.
    set -l item "$folder $records"
    if set -q _flow_gone[1]
        contains -- $item $_flow_gone
        and test "$PWD" = "$_flow_seen_from"
        and return
    end
    if not contains -- $item $_flow_tried
        test -f $refs[$place]
        and not _flow_is_held $place $records
        or return
        # A project that was moved or deleted cannot be mended now; the session is kept. It is looked at
        # again after the next `cd`.
        set -l project (_flow_line $folder/project)
        if test -n "$project" -a ! -d "$project"
            test "$PWD" = "$_flow_seen_from"
            or set -g _flow_gone
            set -g _flow_seen_from $PWD
            set -ga _flow_gone $item
            return
        end
        set -a new $folder
    end
    set -q all[1]
    or set old $folder
    set -a all $item
end

# _flow_is_held PLACE RECORD...: true when one of these records has somebody alive, which is noted. A
# record is a line `<pid> <startTime> <bootId> <pidNamespace> <machineId>`, where `-` stands for what was
# not known.
function _flow_is_held
    set -l place $argv[1]
    set -g _flow_records[$place] ''
    # Without /proc it takes a process to ask: recovery does, once for each session.
    test -n "$_flow_boot"
    or return
    for record in $argv[2..]
        set -l line
        set -l pid
        set -l started
        string match -rq '\.(proc|agent)$' -- $record
        # A pipe would never end.
        and test -f $record
        and read -z line <$record
        and string match -rq '^(?<pid>[1-9][0-9]*) (?<started>\d+|-) '"$_flow_boot"' \S+ \S+\n\z' -- "$line"
        or continue
        # proc(5): behind the name, which may hold `) ` and newlines itself, stands the state, and 19
        # fields later the start time.
        set -l lives '\) [^ZXx\n] ([^ )]+ ){18}'$started' [^)]*$'
        test $started = -
        and set lives '\) [^ZXx\n] [^)]*$'
        set -l stat
        test -r /proc/$pid/stat
        and read -z stat </proc/$pid/stat
        and string match -rq -- $lives "$stat"
        or continue
        set -g _flow_records[$place] $record
        set -g _flow_stats[$place] /proc/$pid/stat
        set -g _flow_lives[$place] $lives
        return
    end
    return 1
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
