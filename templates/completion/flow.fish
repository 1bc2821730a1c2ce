# Tab for flow in fish, 3.0 and later: made by `flow completion fish`.
#
# Commands and options stand in the table below. Names of agents and of sessions are asked of flow,
# which reads them from .flowrc and the state home, and runs nothing of the folder you are in.

# `flow completion fish` fills these three lines in.
set -g _flow_tab_node ''
set -g _flow_tab_script ''
# COMMAND|KIND|WORD|SUMMARY: KIND is `word`, `option`, `ask` (WORD is what to ask flow for), or `rest`
# (what stands behind `--`). Words without a command are the commands.
set -g _flow_tab_table ''

function _flow_tab
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    set -e typed[1]
    set -l command ''
    set -l argument ''
    set -l rest 0
    for at in (seq (count $typed))
        switch $typed[$at]
            case --
                set rest $at
                break
            case '-*'
            case '*'
                if test -z "$command"
                    set command $typed[$at]
                else
                    set argument $typed[$at]
                end
        end
    end
    set -l found
    set -l options
    for line in (string split \n -- $_flow_tab_table)
        set -l parts (string split '|' -- $line)
        test "$parts[1]" = "$command"; or continue
        switch $parts[2]
            case word
                test -n "$argument"; or set -a found $parts[3]\t$parts[4]
            case ask
                if test -z "$argument" -a $rest -eq 0 -a -x "$_flow_tab_node" -a -f "$_flow_tab_script"
                    # Nothing is said, whatever goes wrong. A project's NODE_OPTIONS are not for flow.
                    set -a found (NODE_OPTIONS='' $_flow_tab_node $_flow_tab_script complete $parts[3] 2>/dev/null)
                end
            case option
                contains -- $parts[3] $typed; or set -a options $parts[3]\t$parts[4]
            case rest
                if test $rest -gt 0
                    _flow_tab_rest $parts[3] "$current" $typed[(math $rest + 1)..-1]
                    return
                end
        end
    end
    test $rest -eq 0; or return
    if string match -q -- '-*' "$current"; or test (count $found) -eq 0
        set found $options
    end
    printf '%s\n' $found
end

# Behind `--` stands a command of any kind, or the arguments of an agent, which may be files.
function _flow_tab_rest --argument-names kind current
    if test $kind = command
        complete -C (string join ' ' -- (string escape -- $argv[3..-1]) $current)
    else
        __fish_complete_path $current
    end
end

complete -c flow -f -a '(_flow_tab)'
complete -c flow-agent -f -a '(_flow_tab)'
