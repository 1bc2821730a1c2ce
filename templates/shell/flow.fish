# flow at a fish prompt: recovers what a killed agent session left. docs/SHELL.md has the whole story.
# Without any session no process is started; with one, `../hooks/pending.sh` is asked by sh.

# A config.fish is read by scripts as well.
if status is-interactive
    set -g _flow_home (string replace -r '/shell/[^/]*$' '' -- (status filename | string collect) | string collect)
    # What the last prompt is to be reminded of.
    set -g _flow_memory

    # fish itself keeps $status and $pipestatus around it.
    function _flow_prompt --on-event fish_prompt --on-variable PWD
        # `(cd there; make)`
        status is-command-substitution
        and return
        set -l home $_flow_home
        if test -n "$FLOW_HOME"
            set home $FLOW_HOME
            # A relative one would be in the directory that is entered.
            string match -q '/*' -- "$home"
            or return
        end
        set -l sessions $home/sessions/*/backup.json
        set -l script $_flow_home/hooks/prompt-for-fish.sh
        if set -q sessions[1]; and test -r $script
            # Only prompts are counted: an event on a variable has arguments.
            set -q argv[1]; and set -q _flow_memory[1]
            and set -g _flow_memory[1] (math $_flow_memory[1] + 1)
            set -g _flow_memory (/bin/sh $script $home $_flow_memory </dev/null | string split0)
        else
            set -g _flow_memory
        end
    end
end
