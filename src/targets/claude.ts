import claudeHooks from '../../templates/claude.hooks.json' with { type: 'json' }
import { didYouMean } from '../config/nearest-name.ts'
import { type FlowConfig, type HookGroups, REPEAT_AFTER } from '../config/schema.ts'
import { FlowError } from '../errors.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import type { HookEntry } from '../settings/merge.ts'
import { fillPlaceholders, guardCommand } from '../settings/templates.ts'
import { shellWord } from '../shell-word.ts'
import type { HookSources, Target } from './target.ts'

// Both lists as claude 2.1.330 has them.
const EVENTS = [
  'PreToolUse',
  'PostToolUse',
  'PostToolUseFailure',
  'PostToolBatch',
  'Notification',
  'UserPromptSubmit',
  'UserPromptExpansion',
  'SessionStart',
  'SessionEnd',
  'Stop',
  'StopFailure',
  'SubagentStart',
  'SubagentStop',
  'PreCompact',
  'PostCompact',
  'PreModelSwitch',
  'PostModelSwitch',
  'PermissionRequest',
  'PermissionDenied',
  'Setup',
  'TeammateIdle',
  'TaskCreated',
  'TaskCompleted',
  'Elicitation',
  'ElicitationResult',
  'ConfigChange',
  'WorktreeCreate',
  'WorktreeRemove',
  'InstructionsLoaded',
  'CwdChanged',
  'FileChanged',
  'DirectoryAdded',
  'MessageDisplay',
]
const KINDS = ['command', 'prompt', 'agent', 'http', 'mcp_tool']

/** Claude Code, and what reads `.claude/settings.json` as it does. */
export const CLAUDE: Target = {
  name: 'claude',
  settingsPath: '.claude/settings.json',
  events: EVENTS,
  hookEntries,
}

/**
 * The groups to merge: flow's own, then the team's, file by file. Commands of the team's do nothing in an agent that flow did not start; `flow hook` looks after that itself.
 * @throws FlowError E_CONFIG for an event or a kind of hook that the client does not know
 */
export function hookEntries(sources: HookSources): HookEntry[] {
  const problems = sources.hooks.flatMap(({ file, hooks }) => {
    return problemsIn(hooks).map((problem) => ({ file, problem }))
  })
  if (problems.length > 0) throw unusable(problems)
  return [
    ...ownEntries(sources),
    ...sources.hooks.flatMap(({ hooks }) =>
      entriesOf(hooks).map(({ event, group }) => ({ event, group: guarded(group), plain: group })),
    ),
  ]
}

function ownEntries({ nodePath, residentPath, config }: HookSources): HookEntry[] {
  const { memory, notifications } = config
  const asked = notificationWords(notifications)
  const hook = (...words: string[]) =>
    [nodePath, residentPath, 'hook', ...words].map(shellWord).join(' ')
  // With `=`, so that a name that begins with `-` is no option.
  const names = [
    ...(memory.file === false ? [] : [`--memory=${memory.file}`]),
    ...(memory.logs === false ? [] : [`--logs=${memory.logs}`]),
    ...(memory.sessions ? ['--sessions'] : []),
  ]
  const commands = {
    sessionStart: hook('session-start', ...names),
    notification: hook('notification', ...(asked ?? [])),
  }
  const wanted = [
    ...(names.length > 0 ? ['SessionStart'] : []),
    ...(asked === null ? [] : ['Notification']),
  ]
  const filled = fillPlaceholders(claudeHooks.hooks, commands, 'templates/claude.hooks.json')
  return entriesOf(filled as HookGroups).filter(({ event }) => wanted.includes(event))
}

/** What `flow hook notification` is told on its command line; null: there is to be none. */
export function notificationWords(notifications: FlowConfig['notifications']): string[] | null {
  if (notifications === false) return null
  const { command = [], repeatAfter = REPEAT_AFTER } = notifications === true ? {} : notifications
  return [`--repeat-after=${repeatAfter}`, ...(command.length === 0 ? [] : ['--', ...command])]
}

function entriesOf(hooks: HookGroups): HookEntry[] {
  return Object.entries(hooks).flatMap(([event, groups]) =>
    groups.map((group) => ({ event, group })),
  )
}

function problemsIn(hooks: HookGroups): string[] {
  return Object.entries(hooks).flatMap(([event, groups]) => [
    ...(EVENTS.includes(event)
      ? []
      : [`hooks.${event}: claude knows no such event${didYouMean(event, EVENTS)}`]),
    ...groups.flatMap(hooksOf).flatMap(({ type }) => {
      if (typeof type !== 'string' || KINDS.includes(type)) return []
      return [`hooks.${event}: claude knows no hook of type "${type}"${didYouMean(type, KINDS)}`]
    }),
  ])
}

function hooksOf({ hooks }: JsonObject): JsonObject[] {
  return Array.isArray(hooks) ? (hooks as JsonObject[]) : []
}

function guarded(group: JsonObject): JsonObject {
  return { ...group, hooks: hooksOf(group).map(guardedHook) }
}

/** Only commands can be guarded; prompts and requests run whoever started the agent. */
function guardedHook(hook: JsonObject): JsonObject {
  const { command, args, shell } = hook
  if (typeof command !== 'string') return hook
  if (shell === 'powershell') {
    return { ...hook, command: `if (-not $env:FLOW_RUN_ID) { exit 0 }; ${command}` }
  }
  if (args === undefined) return { ...hook, command: guardCommand(command) }
  // With `args` the client runs `command` without a shell: one stands in between.
  const script = guardCommand('exec "$@"')
  return {
    ...hook,
    command: '/bin/sh',
    args: ['-c', script, 'sh', command, ...(args as JsonValue[])],
  }
}

function unusable(problems: readonly { file: string; problem: string }[]): FlowError {
  return new FlowError({
    code: 'E_CONFIG',
    what: 'the hooks for claude are not usable',
    why: problems.map(({ file, problem }) => `${file}: ${problem}`).join('\n'),
    kept: 'nothing was started, nothing was changed',
    next: 'correct the names',
    details: problems[0] ? { path: problems[0].file } : {},
  })
}
