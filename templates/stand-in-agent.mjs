#!/usr/bin/env node
// Stands in for Claude Code in `flow demo` and in tests: it reads the settings of the folder that it
// starts in, runs their SessionStart hooks as Claude does, says what they told it, and works on until
// it is told to stop.
//
//   stand-in-agent [--until FILE] [WORD...]   ends when FILE exists; without it, at once
//   stand-in-agent --version                  says its version and does nothing else
//   STAND_IN_EXIT=N                           exit code
//   STAND_IN_OWNER=PID                        ends also when that process is dead
//
// It says `agent: at work` when the hooks have run and it waits for FILE.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

const args = process.argv.slice(2)
if (args.length === 1 && args[0] === '--version') {
  console.log('1.0.0 (stand-in agent)')
  process.exit()
}
console.log(`agent: started in ${process.cwd()} with ${JSON.stringify(args)}`)
console.log(`agent: process ${process.pid}, started by ${process.ppid}`)
for (const command of hookCommands('SessionStart')) {
  for (const line of runHook(command).trimEnd().split('\n'))
    console.log(`agent: hook said: ${line}`)
}
const until = args.indexOf('--until')
if (until !== -1) {
  console.log('agent: at work')
  await appears(args[until + 1])
}
console.log('agent: done')
process.exitCode = Number(process.env.STAND_IN_EXIT ?? 0)

// Identical command strings run once, as in Claude Code.
function hookCommands(event) {
  if (!existsSync('.claude/settings.json')) return []
  const { hooks = {} } = JSON.parse(readFileSync('.claude/settings.json', 'utf8'))
  const groups = hooks[event] ?? []
  return [...new Set(groups.flatMap((group) => group.hooks.map(({ command }) => command)))]
}

function runHook(command) {
  const { stdout, status } = spawnSync('/bin/sh', ['-c', command], {
    encoding: 'utf8',
    input: JSON.stringify({
      hook_event_name: 'SessionStart',
      source: 'startup',
      cwd: process.cwd(),
    }),
    env: { ...process.env, CLAUDE_PROJECT_DIR: process.cwd() },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  return status === 0 ? stdout : `(exit code ${status})`
}

// Asks, since not every file system reports its changes. In a folder that is gone nobody can tell it
// to stop any more: then it stops by itself.
async function appears(file) {
  while (!existsSync(file) && existsSync(dirname(file)) && ownerIsAlive()) await wait(20)
}

function ownerIsAlive() {
  const { STAND_IN_OWNER } = process.env
  if (STAND_IN_OWNER === undefined) return true
  try {
    return process.kill(Number(STAND_IN_OWNER), 0)
  } catch ({ code }) {
    return code === 'EPERM'
  }
}
