import { describe, expect, test } from 'vitest'
import { deliver, type Failure, MOST_MS } from '../../../src/hooks/deliver.ts'
import type { Way, WayName } from '../../../src/hooks/ways.ts'

const open = (name: WayName): Way => ({ name, kind: 'open', why: 'there', program: name })
const closed = (name: WayName): Way => ({ name, kind: 'closed', why: 'not there' })

/** Ways that answer so, each after so many milliseconds at most. */
async function send(ways: Way[], answers: Partial<Record<WayName, Failure>>, tookMs = 0) {
  let now = 1_000
  const asked: [WayName, number][] = []
  const delivery = await deliver(
    ways,
    async ({ name }, timeoutMs) => {
      asked.push([name, timeoutMs])
      now += Math.min(tookMs, timeoutMs)
      return answers[name] ?? null
    },
    () => now,
  )
  return { delivery, asked }
}

describe('the ways of a notification', () => {
  test('the first that takes it is the last that is asked', async () => {
    const { delivery, asked } = await send(
      [closed('command'), open('powershell'), open('notify-send'), open('terminal')],
      { powershell: 'broken' },
    )
    expect(delivery).toEqual({
      kind: 'sent',
      way: 'notify-send',
      failed: [{ way: 'powershell', why: 'broken' }],
    })
    expect(asked.map(([name]) => name)).toEqual(['powershell', 'notify-send'])
  })

  test('where none is open, or all fail, it is lost', async () => {
    expect((await send([closed('command')], {})).delivery).toEqual({ kind: 'lost', failed: [] })
    const failed = [{ way: 'notify-send', why: 'no bus' }]
    const { delivery } = await send([open('notify-send')], { 'notify-send': 'no bus' })
    expect(delivery).toEqual({ kind: 'lost', failed })
  })

  test('together they take less than a hook has', async () => {
    const slow = { command: 'slow', powershell: 'slow', 'notify-send': 'slow' }
    const ways = [open('command'), open('powershell'), open('notify-send')]
    const { delivery, asked } = await send(ways, slow, 60_000)
    expect(asked).toEqual([
      ['command', MOST_MS.each],
      ['powershell', MOST_MS.together - MOST_MS.each],
    ])
    expect(delivery.failed.at(-1)).toEqual({ way: 'notify-send', why: 'no time was left for it' })
    expect(MOST_MS.together).toBeLessThan(10_000)
  })
})
