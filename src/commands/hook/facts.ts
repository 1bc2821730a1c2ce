import { join } from 'node:path'
import { isSystemError } from '../../errors.ts'
import type { Facts } from '../../hooks/ways.ts'
import { findExecutable } from '../../ports/find-executable.ts'
import type { Ports } from '../../ports/ports.ts'

/** Looks at the machine, as far as its kind makes it worth while. Starts no process. */
export function gatherFacts(
  ports: Pick<Ports, 'fs' | 'environment'>,
  { command, terminal, folder }: Pick<Facts, 'command' | 'terminal'> & { readonly folder: string },
): Facts {
  const { platform, variables } = ports.environment
  const isLinux = platform === 'linux'
  const isWsl = isLinux && (Boolean(variables.WSL_DISTRO_NAME) || hasKernelOfWsl(ports))
  return {
    platform,
    variables,
    isWsl,
    hasInterop: isWsl && (Boolean(variables.WSL_INTEROP) || hasInteropFile(ports)),
    hasSessionBus: isLinux && hasSessionBus(ports),
    command,
    terminal,
    find: (name) => findExecutable(name, folder, variables.PATH),
  }
}

/** Under sudo, or in a service, the variables are missing. A container on Windows has it too. */
function hasKernelOfWsl({ fs }: Pick<Ports, 'fs'>): boolean {
  try {
    return /microsoft/i.test(fs.readFile('/proc/version').toString('utf8'))
  } catch (error) {
    if (!isSystemError(error)) throw error
    return false
  }
}

function hasInteropFile({ fs }: Pick<Ports, 'fs'>): boolean {
  const folder = '/proc/sys/fs/binfmt_misc'
  return ['WSLInterop', 'WSLInterop-late'].some((name) => isThere({ fs }, join(folder, name)))
}

/** Where GLib looks for it: dbus-daemon(1), DBUS_SESSION_BUS_ADDRESS; sd-bus(3), XDG_RUNTIME_DIR. */
function hasSessionBus({ fs, environment }: Pick<Ports, 'fs' | 'environment'>): boolean {
  const { DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR } = environment.variables
  if (DBUS_SESSION_BUS_ADDRESS) return true
  return Boolean(XDG_RUNTIME_DIR) && isThere({ fs }, join(XDG_RUNTIME_DIR ?? '', 'bus'))
}

function isThere({ fs }: Pick<Ports, 'fs'>, path: string): boolean {
  try {
    return fs.facts(path) !== undefined
  } catch (error) {
    if (!isSystemError(error)) throw error
    return false
  }
}
