import { closeSync, fstatSync, openSync, statSync } from 'node:fs'
import { isTerminal } from './environment.ts'

/**
 * Which of standard input, output and error were a terminal, or could be one, when this process began.
 * Not by isatty(): node:tty takes 3 ms to load.
 */
const TERMINALS = [0, 1, 2].filter((fd) => {
  const facts = fstatSync(fd)
  return facts.isCharacterDevice() && facts.rdev !== statSync('/dev/null').rdev
})

/**
 * After a hang-up, puts /dev/null in the place of the terminal: flow's last words would fail there
 * (EIO), and Node 20 aborts at its exit, core dump and all, when it cannot set the terminal's
 * modes back (nodejs/node#51519).
 */
export function replaceLostTerminal(): void {
  for (const fd of TERMINALS) {
    if (isTerminal(fd)) continue
    closeSync(fd)
    // open(2) takes the lowest free number, and Node keeps 0 to 2 open: it is this one again.
    openSync('/dev/null', 'r+')
  }
}
