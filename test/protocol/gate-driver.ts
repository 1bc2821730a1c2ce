/**
 * The smallest program round the gate: node gate-driver.mjs HOME FOLDER TIMES DIES_AT. Adds one to
 * FOLDER/counter so many times, in a way that loses additions when two processes do it at once, and
 * tells FOLDER/log when it comes in and goes out. Kills itself inside at time DIES_AT.
 */
import { appendFileSync, closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../src/ports/clock.ts'
import { systemFiles } from '../../src/ports/file-system.ts'
import { systemProcesses } from '../../src/ports/processes.ts'
import { withGate } from '../../src/session/gate.ts'
import { projectPaths } from '../../src/session/layout.ts'
import { ownRecord } from '../../src/session/participants.ts'

const [home = '', folder = '', times = '', diesAt = ''] = process.argv.slice(2)
const paths = projectPaths(home, '0123456789abcdef')
const processes = systemProcesses()
const ports = { fs: systemFiles, processes, clock: systemClock, log: () => undefined }
const self = ownRecord(ports)
const tell = (line: string) => appendFileSync(join(folder, 'log'), `${line}\n`)

for (let time = 1; time <= Number(times); time += 1) {
  withGate(ports, paths, self, { purpose: 'count', waitMs: 60_000 }, () => {
    const counterPath = join(folder, 'counter')
    const number = Number(readFileSync(counterPath, 'utf8'))
    tell(`in ${process.pid} ${number}`)
    // Long enough for a rival to read the same number.
    systemClock.sleepMs(1)
    if (time === Number(diesAt)) process.kill(process.pid, 'SIGKILL')
    // One write of one length: a kill leaves the old number or the new.
    const counter = openSync(counterPath, 'r+')
    writeSync(counter, String(number + 1).padStart(9, '0'))
    closeSync(counter)
    tell(`out ${process.pid} ${number + 1}`)
  })
}
