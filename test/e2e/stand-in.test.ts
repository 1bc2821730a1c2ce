import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { begin } from '../helpers/running.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

const AGENT = resolve(import.meta.dirname, '../../templates/stand-in-agent.mjs')

test('the stand-in agent ends when the process that it works for is dead', async () => {
  const cwd = tempFolder()
  const owner = begin(['sleep', '600'], { cwd, env: process.env })
  const env = { ...process.env, STAND_IN_OWNER: `${owner.pid}` }
  const agent = begin(['node', AGENT, '--until', join(cwd, 'never')], { cwd, env })
  await agent.says('agent: at work')
  owner.kill('SIGKILL')
  await owner.ended
  expect(await agent.ended).toMatchObject({ code: 0, stderr: '' })
})
