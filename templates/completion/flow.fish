# Tab for flow in fish, 3.0 and later: made by `flow completion fish`. docs/COMPLETION.md

# `flow completion fish` fills these in. A `flow` on PATH where Tab is pressed may be another program.
set -g _flow_node ''
set -g _flow_script ''

# Prints nothing, whatever goes wrong. A project's NODE_OPTIONS are not for flow.
function _flow_tab
    test -x "$_flow_node" -a -f "$_flow_script"
    or return
    set -l current (commandline -ct)
    set -l typed (_flow_tab_typed)
    set -l lines (NODE_OPTIONS='' $_flow_node $_flow_script complete -- $typed[2..-1] "$current" 2>/dev/null)
    switch "$lines[1]"
        case :files
            __fish_complete_path $current
        case :command
            # Any command line.
            set -l dashes (contains -i -- -- $typed)
            complete -C (string join ' ' -- (string escape -- $typed[(math $dashes + 1)..-1]) $current)
        case '*'
            printf '%s\n' $lines
    end
end

# The words before the cursor, from flow's name on.
function _flow_tab_typed
    set -l typed (commandline -opc)
    if string match -q -r '(^|/)npx$' -- "$typed[1]"
        set -e typed[1]
        while string match -q -- '-*' "$typed[1]"
            set -e typed[1]
        end
    end
    printf '%s\n' $typed
end

function _flow_tab_npx
    set -l typed (_flow_tab_typed)
    contains -- "$typed[1]" flow flow-agent
end

complete -c flow -f -a '(_flow_tab)'
complete -c flow-agent -f -a '(_flow_tab)'
complete -c npx -n _flow_tab_npx -f -a '(_flow_tab)'
