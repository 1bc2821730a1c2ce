// node --import strike.mjs PROGRAM: kills the process before its k-th file operation, or lets that
// one fail. The order is JSON in $STRIKE:
//
//   at      k, counted from 1, or the operation itself as it is reported: `spawn /bin/sh`
//   by      kill, torn (a write is done by half, then the kill), or the name of an errno
//   below   folders: only what happens to a path in one of them counts
//   report  a file that is told the operations up to the struck one, or to the end
//
// An operation is one call of a synchronous function of node:fs; what is done to a descriptor belongs
// to the path that it was opened with. Starting a program counts twice: before it and right after it.
// The loading of modules does not count, and what this process starts is not struck.
import childProcess from 'node:child_process'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { constants } from 'node:os'

const { at, by, below, report } = JSON.parse(process.env.STRIKE)
delete process.env.STRIKE
delete process.env.NODE_OPTIONS

const { closeSync, writeFileSync, writeSync } = fs
const paths = new Map()
const steps = []
let isInside = false
let isStruck = false

for (const name of Object.keys(fs)) {
  // Node's own module loader calls realpathSync; flow calls the native one.
  if (!name.endsWith('Sync') || name === 'realpathSync') continue
  fs[name] = counted(name, fs[name])
}
fs.realpathSync.native = counted('realpathSync.native', fs.realpathSync.native)
const { spawn } = childProcess
childProcess.spawn = (...args) => {
  step('spawn', args[0], args)
  const child = spawn(...args)
  if (by === 'kill') step('spawned', args[0], args)
  return child
}
syncBuiltinESMExports()
process.on('exit', tell)

function counted(name, operation) {
  return (...args) => {
    const path = isInside ? undefined : concerned(args)
    if (path === undefined) return operation(...args)
    step(name, path, args)
    // readFileSync opens and closes through the same functions, and is one operation.
    isInside = true
    try {
      const result = operation(...args)
      if (name === 'openSync') paths.set(result, path)
      if (name === 'closeSync') paths.delete(args[0])
      return result
    } finally {
      isInside = false
    }
  }
}

function concerned([first, second]) {
  if (typeof first === 'number') return paths.get(first)
  return [first, second].find(
    (path) =>
      typeof path === 'string' &&
      !/\/node_modules\/(?!flow-agent\/(dist\/resident\.mjs|templates\/notify\.ps1)$)/.test(path) &&
      below.some((folder) => path === folder || path.startsWith(`${folder}/`)),
  )
}

function step(name, path, args) {
  steps.push(`${name} ${path}`)
  if (isStruck || (steps.length !== at && steps.at(-1) !== at)) return
  isStruck = true
  tell()
  if (by === 'kill' || by === 'torn') die(name, args)
  // close(2) closes, whatever it says.
  if (name === 'closeSync') closeSync(args[0])
  const failed = new Error(`${by}: made by the test, ${name} '${path}'`)
  const syscall = name.replace(/Sync.*$/, '')
  throw Object.assign(failed, { code: by, errno: -constants.errno[by], syscall, path })
}

function die(name, args) {
  if (by === 'torn' && name === 'writeSync') {
    const [fd, bytes] = args
    writeSync(fd, bytes, 0, Math.floor(bytes.length / 2))
  }
  process.kill(process.pid, 'SIGKILL')
  // Not one instruction more, however long the signal takes.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

function tell() {
  writeFileSync(report, JSON.stringify({ isStruck, steps }))
}
