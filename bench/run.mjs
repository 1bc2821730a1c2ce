import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const controller = new AbortController()
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => controller.abort())

/** Aborted by a signal. From then on each `run` rejects, so that each `finally` is reached. */
export const interrupted = controller.signal

/** Resolves to the trimmed standard output of a program that succeeds. Its input is empty. */
export async function run(file, args, { cwd, env } = {}) {
  const running = promisify(execFile)(file, args, { cwd, env, signal: interrupted })
  running.child.stdin.end()
  return (await running).stdout.trim()
}

// Prints its environment once it runs, and ends with its input.
const AGENT = 'console.log(JSON.stringify(process.env)); process.stdin.resume()'

/** Opens a session that lasts until `close()`. `agentEnv` is the environment that its agent got. */
export async function openSession({ flow, cwd, env }) {
  const stdio = ['pipe', 'pipe', 'inherit']
  const session = spawn(flow, ['exec', '--', 'node', '-e', AGENT], { cwd, env, stdio })
  const ended = once(session, 'exit')
  for await (const line of createInterface(session.stdout)) {
    const close = () => {
      session.stdin.end()
      return ended
    }
    return { agentEnv: JSON.parse(line), close }
  }
  throw new Error(`flow exec opens no session in ${cwd}`)
}
