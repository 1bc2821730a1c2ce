import type { StatusView } from './view.ts'

/** Version of the shape; docs/JSON.md describes it. */
const JSON_VERSION = 1

export function toJson({ stateHome, projects }: StatusView): object {
  return {
    version: JSON_VERSION,
    stateHome,
    projects: projects.map((project) => ({
      hash: project.hash,
      projectPath: project.projectPath,
      isHere: project.isHere,
      sessionId: project.sessionId,
      state: project.isOrphaned ? 'orphaned' : 'open',
      damaged: project.damaged,
      since: project.since,
      backupPath: project.backupPath,
      filter: project.filter,
      participants: project.participants.map(({ role, record, lock, verdict }) => ({
        role,
        pid: record.pid,
        agent: lock?.agent ?? null,
        cwd: lock?.cwd ?? null,
        tty: lock?.tty ?? null,
        startedAt: lock?.startedAt ?? null,
        host: lock?.hostName ?? null,
        verdict: verdict.kind,
        reason: verdict.reason,
      })),
      files: project.files,
    })),
  }
}
