import type { ProtocolPorts } from '../../src/ports/ports.ts'

/** Ports of a machine without git. */
export const noGit: Pick<ProtocolPorts, 'commands' | 'environment'> = {
  commands: { run: () => ({ status: null, stdout: '', stderr: '', errno: 'ENOENT' }) },
  environment: { variables: {} },
}
