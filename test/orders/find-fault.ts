/** Looks for one sown fault: node find-fault.mjs NAME. Prints what was found, as JSON. */

import { explore, replay } from './explore.ts'
import { faults } from './faults.ts'

const fault = faults[process.argv[2] ?? '']
if (fault === undefined) throw new Error(`no fault: ${process.argv[2]}`)
const explored = explore(fault.scene)
const schedule = /^schedule: (.*)$/m.exec(explored.broken ?? '')?.[1]
const again = schedule === undefined ? undefined : replay(fault.scene, schedule)
console.log(JSON.stringify({ ...explored, schedule, again }))
