/**
 * SIGKILL before the k-th file operation of `flow init` and of `flow uninstall`: run again, they go on,
 * and in the end every byte is as it was before `init`.
 */
import { cpSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listing } from '../helpers/on-disk.ts'
import { bound } from '../helpers/search.ts'
import { flow, freshTeam, type Team } from '../helpers/team.ts'
import { atEvery, strike } from './strike.ts'

const FILES = {
  'package.json': '{\n  "scripts": {\n    "prepare": "true"\n  }\n}',
  '.husky/post-merge': '#!/bin/sh\necho own',
}

/** All but what git keeps for itself and the packages; what the test keeps lies elsewhere. */
function everything({ cwd, stateHome }: Team): string[] {
  const lines = [...listing(cwd), ...listing(stateHome)]
  return lines.filter((line) => !/\/node_modules(\/| )|\/\.git\/(objects|index|logs)/.test(line))
}

/** A repository that can be had back as it is now, and what it has to be like in the end. */
async function newLane(prepare?: (team: Team) => Promise<unknown>) {
  const team = freshTeam({ files: FILES })
  const wanted = everything(team)
  await prepare?.(team)
  const kept = join(team.folder, 'kept')
  const places = ['.git', '.husky', '.flowrc', 'package.json'].map((name) => join(team.cwd, name))
  const all = [...places, team.stateHome].map((path, at) => [path, join(kept, `${at}`)] as const)
  for (const [path, copy] of all) copyIfThere(path, copy)
  const begin = () => {
    for (const [path, copy] of all) {
      rmSync(path, { recursive: true, force: true })
      copyIfThere(copy, path)
    }
  }
  return { team, wanted, begin }
}

function copyIfThere(from: string, to: string): void {
  if (existsSync(from)) cpSync(from, to, { recursive: true, verbatimSymlinks: true })
}

async function ends(team: Team, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await flow(team, ...args)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

test('uninstall, killed before any file operation, goes on when it runs again', async () => {
  const newSession = async (team: Team) => {
    await ends(team, 'init', '--yes')
    await ends(team, 'run', 'claude')
  }
  const lanes = await Promise.all([newLane(newSession), newLane(newSession)])
  const places = { first: 1, stride: bound(23, 2) }
  const kills = await atEvery(lanes, places, async ({ team, wanted, begin }, at) => {
    begin()
    const { isStruck, when } = await strike(team, ['flow', 'uninstall', '--yes'], {
      at,
      by: 'kill',
    })
    if (isStruck) await ends(team, 'uninstall', '--yes')
    expect(everything(team), when).toEqual(wanted)
    expect(await ends(team, 'uninstall', '--yes'), when).toContain('nothing to undo')
    return isStruck
  })
  console.log(`instants of flow uninstall: ${kills}`)
  expect(kills).toBeGreaterThan(bound(5, 100))
})

test('init, killed before any file operation, is undone all the same', async () => {
  const lanes = await Promise.all([newLane(), newLane()])
  const places = { first: 1, stride: bound(17, 1) }
  const kills = await atEvery(lanes, places, async ({ team, wanted, begin }, at) => {
    begin()
    const { isStruck, when } = await strike(team, ['flow', 'init', '--yes'], { at, by: 'kill' })
    if (at % 2 === 0) await ends(team, 'init', '--yes')
    await ends(team, 'uninstall', '--yes')
    expect(everything(team), when).toEqual(wanted)
    return isStruck
  })
  console.log(`instants of flow init: ${kills}`)
  expect(kills).toBeGreaterThan(bound(5, 60))
})
