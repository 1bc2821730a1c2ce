import { dirname, join } from 'node:path'
import { FlowError } from '../../errors.ts'
import { readSettingsFile } from '../../session/settings-file.ts'
import { parseSettings } from '../../settings/document.ts'
import { broken, edit, type Finding, ok, pathWord, warning } from '../../setup/finding.ts'
import { targetNamed } from '../../targets/target.ts'
import type { DoctorContext } from './context.ts'

const ID = 'settings'

/** The file that a session merges into: can it be read, written and understood? */
export function settingsFinding(context: DoctorContext): Finding | null {
  const { ports, configuration, repository, cwd } = context
  if (configuration.kind !== 'known' || repository === null) return null
  const { config, projectRoot } = configuration.value
  const target = config.agents[config.agent]?.target
  if (target === undefined) return null
  const { settingsPath } = targetNamed(target)
  const { topLevel: boundary, gitFolder } = repository
  const place = { projectPath: projectRoot, boundary, gitFolder, followSymlinks: false }
  const whole = join(projectRoot, settingsPath)
  try {
    const { present } = readSettingsFile(ports, place, settingsPath)
    if (present === null) return ok(ID, `${settingsPath} is not there: a session makes its own`)
    const { value } = parseSettings(present.bytes, settingsPath)
    if (value.disableAllHooks !== true) return ok(ID, `${settingsPath} is valid and writable`)
    return warning(ID, `${settingsPath} switches all hooks off`, {
      detail:
        '"disableAllHooks": true stands in it: the client runs neither your hooks nor merged ones',
      mend: edit(cwd, whole),
    })
  } catch (error) {
    if (!(error instanceof FlowError)) throw error
    return unusable(error, cwd, whole)
  }
}

function unusable({ code, what, why = '' }: FlowError, cwd: string, path: string): Finding {
  const word = pathWord(cwd, path)
  switch (code) {
    case 'E_SETTINGS_INVALID':
      return broken(ID, what, { detail: why, mend: edit(cwd, path) })
    case 'E_SETTINGS_READ':
      return broken(ID, what, {
        detail: why,
        mend: `chmod -R u+rwX ${pathWord(cwd, dirname(path))}`,
      })
    case 'E_SETTINGS_WRITE': {
      const [, closed = path] = / for (\/.*)$/s.exec(why) ?? []
      return broken(ID, what, { detail: why, mend: `chmod u+w ${pathWord(cwd, closed)}` })
    }
    case 'E_SETTINGS_KIND':
      return broken(ID, what, { detail: why, mend: `mv ${word} ${word}.old` })
    case 'E_SETTINGS_LINK': {
      if (!what.includes('leads out')) return broken(ID, what, { detail: why, mend: `rm ${word}` })
      const detail = `${why}\n\`flow run --follow-symlinks\` changes that one; or give it a copy of its own:`
      return warning(ID, what, { detail, mend: `cp ${word} ${word}.own && mv ${word}.own ${word}` })
    }
    default:
      return broken(ID, what, { detail: why })
  }
}
