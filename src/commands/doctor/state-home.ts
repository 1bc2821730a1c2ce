/** The state home: may we write in it, and may nobody else? */
import { dirname, join } from 'node:path'
import { explain, type FlowError, isErrno, isSystemError } from '../../errors.ts'
import type { FileFacts } from '../../ports/file-system.ts'
import type { Ports } from '../../ports/ports.ts'
import { broken, type Finding, ok, warning } from '../../setup/finding.ts'
import { shellWord } from '../../shell-word.ts'
import { OTHER_HOME, repairOwner } from '../../state-owner.ts'
import type { DoctorContext as Scene } from './context.ts'

const ID = 'state-home'

/** What a session writes at its start is some kilobytes. */
const PROBE_BYTES = 64 * 1024

export function homeFinding(scene: Scene): Finding {
  const { ports, home, homeTrouble } = scene
  if (home.kind !== 'known') {
    const { what, why } = home.kind === 'unknown' ? home.error : { what: '', why: '' }
    // Without HOME the system is asked for the home folder.
    const variable = ports.environment.variables.FLOW_HOME ? 'FLOW_HOME' : 'HOME'
    return broken(ID, what, { detail: why, fix: `unset ${variable}` })
  }
  const path = home.value
  try {
    const finding = judge(scene, path, ports.fs.facts(path))
    if (homeTrouble === null || finding.status === 'broken') return finding
    return inside(ports, path, homeTrouble)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return judgeAbsent(ports, path)
    if (!isSystemError(error)) throw error
    const fix = `ls -ld ${shellWord(dirname(path))}`
    return broken(ID, `the state home ${path} cannot be looked at`, {
      detail: explain(error),
      fix,
    })
  }
}

/** Something in it that flow does not read: closed to us, or behind a link. */
function inside({ fs }: Ports, home: string, { code, what, why, next }: FlowError): Finding {
  const detail = [why, next].filter(Boolean).join('\n')
  const [, link = home] = /^(\/.*) lies behind a link$/s.exec(what) ?? []
  const isLink = link !== home && fs.linkFacts(link).kind === 'link'
  if (isLink) return broken(ID, what, { detail: why, fix: `rm ${shellWord(link)}` })
  const fix = code === 'E_STATE_READ' ? `chmod -R u+rwX ${shellWord(home)}` : undefined
  return broken(ID, what, { detail, fix })
}

/** The first session makes it, and the folders above it. */
function judgeAbsent(ports: Ports, path: string): Finding {
  const above = nearestFolder(ports, dirname(path))
  try {
    ports.fs.checkWritable(above)
    return ok(ID, `the state home ${path} will be made by the first session`)
  } catch (error) {
    if (!isSystemError(error)) throw error
    const detail = `${explain(error)} in ${above}; FLOW_HOME names another place`
    const fix = `chmod u+wx ${shellWord(above)}`
    return broken(ID, `the state home ${path} cannot be made`, { detail, fix })
  }
}

function judge({ ports, ownedByOthers }: Scene, path: string, facts: FileFacts): Finding {
  const word = shellWord(path)
  if (facts.kind !== 'folder') {
    const fix = `mv ${word} ${word}.old`
    return broken(ID, `the state home ${path} is no folder`, { fix })
  }
  const { userId } = ports.environment
  const written = writeProbe(ports, path)
  const isDenied = written.kind === 'failed' && isErrno(written.error, 'EACCES', 'EPERM')
  if (isDenied && userId !== null && facts.uid !== userId) return ownedByOther(ports, path)
  if (written.kind === 'failed') {
    const fix = fixOfWrite(written.error, word)
    return broken(ID, `flow cannot write in the state home ${path}`, {
      detail: explain(written.error),
      fix,
    })
  }
  if (written.uid !== facts.uid) return ownedByOther(ports, path)
  const [first, ...rest] = ownedByOthers
  if (first === undefined) return judgeMode(path, facts.mode)
  const others = rest.length === 0 ? '' : `, and ${rest.length} more`
  return broken(ID, `${first.owner} has written in the state home ${path}`, {
    detail: `${first.path} is owned by ${first.owner}${others}: flow ran as that user, under sudo or in a container, and yours cannot read it`,
    fix: repairOwner(ports.fs, path) ?? OTHER_HOME,
  })
}

function ownedByOther({ fs }: Ports, path: string): Finding {
  return broken(ID, `the state home ${path} is somebody else's`, {
    detail: 'its owner decides what runs at your next checkout',
    fix: repairOwner(fs, path) ?? OTHER_HOME,
  })
}

/** Pure. */
export function judgeMode(path: string, mode: number): Finding {
  const fix = `chmod 700 ${shellWord(path)}`
  const shown = (mode & 0o777).toString(8).padStart(4, '0')
  if ((mode & 0o022) !== 0) {
    const detail = `mode ${shown}: who may write in it decides what runs at your next checkout`
    return broken(ID, `others may write in the state home ${path}`, { detail, fix })
  }
  if ((mode & 0o077) !== 0) {
    return warning(ID, `others may look into the state home ${path}`, {
      detail: `mode ${shown}, and not 0700`,
      fix,
    })
  }
  return ok(ID, `the state home ${path} is yours alone and takes what is written`)
}

type Written =
  | { readonly kind: 'written'; readonly uid: number }
  | { readonly kind: 'failed'; readonly error: unknown }

/** Only a write tells of a full disk, a quota or a read-only mount; a new file tells who we are. */
function writeProbe({ fs, clock }: Ports, home: string): Written {
  const probe = join(home, `.doctor.${clock.randomHex(6)}`)
  try {
    fs.list(home)
    try {
      fs.createFile(probe, Buffer.alloc(PROBE_BYTES), 0o600)
      return { kind: 'written', uid: fs.linkFacts(probe).uid }
    } finally {
      removeProbe(fs, probe)
    }
  } catch (error) {
    if (!isSystemError(error)) throw error
    return { kind: 'failed', error }
  }
}

function removeProbe(fs: Ports['fs'], probe: string): void {
  try {
    fs.unlink(probe)
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'EACCES', 'EROFS')) throw error
  }
}

function fixOfWrite(error: unknown, word: string): string {
  if (isErrno(error, 'ENOSPC', 'EDQUOT')) return `df -h ${word}`
  if (isErrno(error, 'EROFS')) return OTHER_HOME
  return `chmod u+rwx ${word}`
}

function nearestFolder({ fs }: Ports, folder: string): string {
  try {
    fs.facts(folder)
    return folder
  } catch (error) {
    if (!isErrno(error, 'ENOENT') || dirname(folder) === folder) throw error
    return nearestFolder({ fs } as Ports, dirname(folder))
  }
}
