/** Plans what goes out of package.json, and `.flowrc` beside it. */
import { dirname, join } from 'node:path'
import type { Repository } from '../../git/repository.ts'
import { runGit } from '../../git/run-git.ts'
import { isInside } from '../../git/tree-path.ts'
import type { Ports } from '../../ports/ports.ts'
import { isExample } from '../init/configuration.ts'
import { OWN_NAME, type PackageJson, readPackageJson } from '../init/package-json.ts'
import { findUp } from '../init/project.ts'
import { type RepositoryFile, readRepositoryFile } from '../init/repository-file.ts'
import { SECTION } from '../init/simple-git-hooks.ts'
import { formerOf, type SetUpRecord } from '../set-up-record.ts'
import { installWords } from './managers.ts'
import { undoPackageJson } from './package-json.ts'
import type { FileUndo } from './undo.ts'

export interface PackagesPlan {
  readonly undos: readonly FileUndo[]
  readonly notes: readonly string[]
  /** The packages as they will be, and as they were before `init` where that is known. */
  readonly values: readonly { readonly after: PackageJson; readonly first: PackageJson | null }[]
  /** A package.json names flow-agent still. */
  readonly isStillListed: boolean
}

/**
 * The folders of packages that `init` may have set up: the nearest, those of the record, and those
 * that git tracks and that name flow-agent. Real paths.
 */
export function findPackageFolders(
  ports: Ports,
  { topLevel }: Repository,
  record: SetUpRecord | null,
): string[] {
  const nearest = findUp(ports.fs, ports.fs.realPath(ports.environment.cwd), topLevel, PACKAGE)
  const recorded = (record?.writes ?? [])
    .map(({ path }) => path)
    .filter((path) => path.endsWith(`/${PACKAGE}`) && isInside(topLevel, path))
  const args = ['grep', '-l', '-z', '-F', '-e', OWN_NAME, '--', PACKAGE, `*/${PACKAGE}`]
  const { stdout } = runGit(ports, topLevel, args)
  const tracked = stdout.split('\0').flatMap((path) => (path === '' ? [] : [join(topLevel, path)]))
  return [
    ...new Set([...(nearest === null ? [] : [nearest]), ...[...recorded, ...tracked].map(dirname)]),
  ]
}

const PACKAGE = 'package.json'

/** @throws FlowError E_INIT_FILE */
export function planPackages(
  ports: Ports,
  { topLevel }: Repository,
  folders: readonly string[],
  record: SetUpRecord | null,
  example: Buffer,
): PackagesPlan {
  const undos: FileUndo[] = []
  const notes: string[] = []
  const values: PackagesPlan['values'][number][] = []
  let isStillListed = false
  for (const folder of folders) {
    const json = planPackageJson(readRepositoryFile(ports, topLevel, join(folder, PACKAGE)), record)
    if (json.undos.some(({ why }) => why.includes(`${SECTION}.`))) {
      const manager = { name: 'simple-git-hooks', path: join(folder, PACKAGE) } as const
      notes.push(`for ${manager.name} to follow: ${installWords(ports, topLevel, manager)}`)
    }
    const rc = readRepositoryFile(ports, topLevel, join(folder, '.flowrc'))
    const configuration = planConfiguration(rc, record, example, json.isFromNothing)
    undos.push(...configuration.undos, ...json.undos)
    notes.push(...configuration.notes, ...json.notes)
    values.push(...json.values)
    isStillListed ||= json.isStillListed
  }
  return { undos, notes, values, isStillListed }
}

interface JsonPlan extends PackagesPlan {
  /** It is known that nothing of flow's was in it before `init`. */
  readonly isFromNothing: boolean
}

function planPackageJson(file: RepositoryFile, record: SetUpRecord | null): JsonPlan {
  const nothing = { undos: [], notes: [], values: [], isStillListed: false, isFromNothing: false }
  if (file.bytes === null) return nothing
  const present = parse(file.bytes)
  if (typeof present === 'string') {
    const note = `${file.name} cannot be read (${present}): what is flow's in it stays`
    return { ...nothing, notes: [note] }
  }
  const former = formerOf(record, file.path, file.bytes)
  const first = parseIfAny(former.kind === 'edited' ? former.first : former.bytes)
  const since = former.kind === 'edited' ? parseIfAny(former.present) : first
  const { names, kept } = undoPackageJson(present.text, present.value, first?.value ?? null)
  const { text, value } = since ?? present
  const undone = undoPackageJson(text, value, first?.value ?? null)
  const after = Buffer.from(undone.text)
  const why = names.join(', ') || 'as it was'
  return {
    undos: after.equals(file.bytes)
      ? []
      : [{ kind: 'file', topic: 'package.json', file, after, why }],
    notes: kept.map((sentence) => `${file.name}: ${sentence}`),
    values: [{ after: parseIfAny(after)?.value ?? value, first: first?.value ?? null }],
    isStillListed: undone.isStillListed,
    isFromNothing:
      first !== null && undoPackageJson(first.text, first.value, null).names.length === 0,
  }
}

function planConfiguration(
  file: RepositoryFile,
  record: SetUpRecord | null,
  example: Buffer,
  isFromNothing: boolean,
): Pick<PackagesPlan, 'undos' | 'notes'> {
  if (file.bytes === null) return { undos: [], notes: [] }
  const former = formerOf(record, file.path, file.bytes)
  // `init` found it when it set up what had nothing of flow's: somebody wrote it before.
  if (former.kind === 'unknown' && isFromNothing) return { undos: [], notes: [] }
  const isUntouched = former.kind === 'exact' || isExample(file.bytes, example)
  if (!isUntouched) return { undos: [], notes: [`${file.name} stays: it has words of your own`] }
  const why = 'as `init` wrote it'
  return { undos: [{ kind: 'file', topic: 'configuration', file, after: null, why }], notes: [] }
}

interface Parsed {
  readonly text: string
  readonly value: PackageJson
}

/** A sentence saying what is wrong with it, when it is no package.json. */
function parse(bytes: Buffer): Parsed | string {
  const text = bytes.toString('utf8')
  if (!Buffer.from(text).equals(bytes)) return 'it is not UTF-8 text'
  const read = readPackageJson(text)
  return read.kind === 'invalid' ? read.why : { text, value: read.value }
}

function parseIfAny(bytes: Buffer | null): Parsed | null {
  const parsed = bytes === null ? null : parse(bytes)
  return typeof parsed === 'string' ? null : parsed
}
