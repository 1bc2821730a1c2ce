// Preloaded into a real flow by `node --import`: inside the gate, before it has changed anything, it
// reads the pipe WAIT_AT, where there is one, and so stands still until somebody answers.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { readdirSync } = fs
fs.readdirSync = (path, ...more) => {
  const pipe = process.env.WAIT_AT ?? ''
  if (String(path).endsWith('/pids') && fs.existsSync(pipe)) fs.readFileSync(pipe)
  return readdirSync(path, ...more)
}
syncBuiltinESMExports()
