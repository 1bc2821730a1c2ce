// Preloaded into a real flow by `node --import`: it stops itself, as `kill -STOP` does, the moment
// it has first linked its claim to a gate.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { linkSync } = fs
let hasStopped = false
fs.linkSync = (existing, fresh) => {
  linkSync(existing, fresh)
  if (/\/gates\/[0-9a-f]{16}\/[0-9]+$/.test(fresh) && !hasStopped) {
    hasStopped = true
    process.kill(process.pid, 'SIGSTOP')
  }
}
syncBuiltinESMExports()
