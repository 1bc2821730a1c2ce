// An agent that tells what reached it: node stand-in.mjs ROLE [ARGUMENT...].
// Words go to stdout; what must be seen without a terminal goes to the file $STAND_IN_LOG.
import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

const [role, ...words] = process.argv.slice(2)
const log = (line) => appendFileSync(process.env.STAND_IN_LOG, `${line}\n`)

const roles = {
  /** All that an agent can see of its launch, as one line of JSON; records first. */
  facts() {
    const records = process.env.STAND_IN_RECORDS ? readRecords(process.env.STAND_IN_RECORDS) : []
    const { pid, stdin, stdout, stderr, env } = process
    const facts = {
      records,
      words,
      pid,
      env,
      startTime: startTime(),
      cwd: process.cwd(),
      umask: process.umask(),
      isTerminal: [stdin.isTTY, stdout.isTTY, stderr.isTTY],
      window: [stdout.rows, stdout.columns],
    }
    console.log(JSON.stringify(facts))
    stdin.destroy()
  },

  /** Copies its input out. */
  echo() {
    process.stdin.pipe(process.stdout)
  },

  /** Logs each signal; the exit code after the first input, or its end, is how many there were. */
  count() {
    let count = 0
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) {
      process.on(signal, () => {
        count++
        log(`agent got ${signal}`)
      })
    }
    process.stdin.on('data', () => process.exit(count)).on('end', () => process.exit(count))
    log('agent ready')
    console.log('ready')
  },

  /** Shows each key as hex; `q` ends it. */
  raw() {
    process.stdin.setRawMode(true)
    process.stdin.on('data', (keys) => {
      if (keys.includes('q')) process.exit(7)
      console.log(`key ${keys.toString('hex')}`)
    })
    console.log('ready')
  },

  /** Leaves a server behind that holds the same terminal or pipes. */
  leave() {
    const server = spawn(process.execPath, ['-e', 'setInterval(() => {}, 60_000)'], {
      stdio: 'inherit',
      detached: true,
    })
    log(`server ${server.pid}`)
    process.exit(5)
  },
}

function readRecords(folder) {
  return readdirSync(folder).map((name) => {
    const path = join(folder, name)
    return { name, text: readFileSync(path, 'utf8'), mode: statSync(path).mode & 0o777 }
  })
}

function startTime() {
  if (!existsSync('/proc/self/stat')) return '-'
  const stat = readFileSync('/proc/self/stat', 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}

roles[role]()
