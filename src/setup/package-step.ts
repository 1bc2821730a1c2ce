/** package.json: how the agent is started, and who is set up when packages are installed. */
import { join } from 'node:path'
import { FlowError } from '../errors.ts'
import { foldersUp } from '../git/tree-path.ts'
import type { Ports } from '../ports/ports.ts'
import type { SetupContext } from './context.ts'
import { broken, edit, type Finding, ok, pathName, SET_UP, warning } from './finding.ts'
import { entriesIn } from './manager-files.ts'
import {
  addToPackage,
  agentScript,
  callsFlow,
  type FlowInPackage,
  OWN_NAME,
  removeFromPackage,
} from './package-json.ts'
import { installCommand, installScript, packageIn } from './package-manager.ts'
import {
  commandName,
  findProjectDirectories,
  flowInProject,
  type Project,
  projectIn,
} from './project.ts'
import { simpleGitHooks } from './simple-git-hooks.ts'
import { joinPlans, type Part, type Step } from './step.ts'

export const packageStep: Step = {
  id: 'package.json',
  apply(context) {
    const { ports, project } = context
    if (project.package === null) return {}
    const { file, text, value } = project.package
    if (typeof value === 'string') throw invalid(file.name, value)
    const flow = flowIn(context)
    const edit = addToPackage(text, value, flow)
    const notes = keptIn(ports, project, flow, edit)
    const entries = entriesIn(context, file.path)
    const whole = simpleGitHooks.configuration?.add(file.path, edit.text, entries) ?? null
    const after = entries.length === 0 || whole === null ? edit.text : whole
    const hooks = after === edit.text ? [] : entries.map(({ name }) => `simple-git-hooks.${name}`)
    const why = [...edit.names, ...hooks].join(', ')
    if (after === text) return { notes }
    const asks = `add to %: ${why}`
    const topic = 'package.json'
    const change = { kind: 'file', topic, file, after: Buffer.from(after), asks, why } as const
    return { edits: [change], notes }
  },
  revert(context) {
    const { ports, repository } = context
    return joinPlans(
      findProjectDirectories(context).map((directory) =>
        revertOne(projectIn(ports, repository.topLevel, directory)),
      ),
    )
  },
  inspect,
}

/** What flow is called and when it is prepared, in the project's package.json. */
export function flowIn({ ports, packageDirectory, project }: SetupContext): FlowInPackage {
  const own = ports.fs.readFile(join(packageDirectory, 'package.json')).toString('utf8')
  return {
    command: commandName(ports.fs, project),
    version: String(JSON.parse(own).version),
    installScript: installScript(project.manager, project.directory),
  }
}

function keptIn(
  { fs }: Ports,
  project: Project,
  flow: FlowInPackage,
  { hasOtherAgent, isPublished }: ReturnType<typeof addToPackage>,
): string[] {
  const script = agentScript(flow)
  const byHand =
    project.manager.name === 'npm'
      ? `npm pkg set "scripts.agent:flow=${script}"`
      : `"agent:flow": "${script}"`
  const prepare = flowInProject(fs, project, ['prepare'])
  return [
    ...(hasOtherAgent
      ? [`script "agent" is your own; the same under another name: ${byHand}`]
      : []),
    ...(isPublished
      ? [
          `this package is not private, and a "postinstall" would also run wherever it is installed, so there is none: type \`${prepare}\` once in each clone`,
        ]
      : []),
  ]
}

function revertOne(project: Project): Part {
  if (project.package === null) return {}
  const { file, text, value } = project.package
  if (typeof value === 'string') {
    return {
      notes: [`${file.name} cannot be read (${value}): what is flow's in it stays`],
    }
  }
  const { text: rest, names, calling } = removeFromPackage(text, value)
  const after = simpleGitHooks.configuration?.remove(file.path, rest) ?? rest
  const why = [...names, ...(after === rest ? [] : ['simple-git-hooks'])].join(', ')
  const notes = calling.map(
    (script) =>
      `${file.name}: script "${script}" calls flow in words of your own: npm pkg delete scripts.${script}`,
  )
  if (after === text) return { notes }
  const [topic, asks] = ['package.json', `take out of %: ${why}`] as const
  const change = { kind: 'file', topic, file, after: Buffer.from(after), asks, why } as const
  return { edits: [change], notes }
}

/** What package.json has of flow, and lacks. Reads only. */
function inspect(context: SetupContext): Finding[] {
  const { ports, project } = context
  if (project.package === null) return []
  const { file, text, value } = project.package
  const cwd = ports.fs.realPath(ports.environment.cwd)
  const name = pathName(cwd, file.path)
  if (typeof value === 'string') {
    const trouble = { detail: value, fix: edit(cwd, file.path) }
    return [broken(ID, `${name} cannot be read as a package.json`, trouble)]
  }
  if (value.name === OWN_NAME) return [ok(ID, `${name} is flow's own`)]
  const flow = flowIn(context)
  const { installScript: script } = flow
  const { names } = addToPackage(text, value, flow)
  if (names.length === 0) return [ok(ID, `${name} has the scripts agent and ${script}`)]
  const root = foldersUp(project.directory, project.topLevel)
    .slice(1)
    .find((directory) => callsFlow(packageIn(ports.fs, directory)))
  if (root !== undefined) {
    return [
      ok(ID, `${pathName(cwd, join(root, PACKAGE))} has the scripts, for the whole workspace`),
    ]
  }
  const install = installCommand(project.manager)
  const detail = [
    ...(names.includes(`scripts.${script}`)
      ? [`without \`${script}\`, a fresh clone gets no git hooks at \`${install}\``]
      : []),
    ...(names.includes('scripts.agent') ? ['without `agent`, nobody starts one through flow'] : []),
  ].join('\n')
  const trouble = { detail: detail === '' ? undefined : detail, fix: SET_UP }
  return [warning(ID, `${name} lacks ${names.join(', ')}`, trouble)]
}

const ID = 'scripts'
const PACKAGE = 'package.json'

/** True when a package.json names flow-agent in a form that is not `init`'s. */
export function isStillListed(context: SetupContext): boolean {
  const { ports, repository } = context
  return findProjectDirectories(context).some((directory) => {
    const value = projectIn(ports, repository.topLevel, directory).package?.value
    return (
      typeof value === 'object' && removeFromPackage(JSON.stringify(value), value).isStillListed
    )
  })
}

function invalid(name: string, why: string): FlowError {
  return new FlowError({
    code: 'E_PACKAGE_JSON',
    what: `${name} cannot be read as a package.json`,
    why,
    kept: 'nothing was changed',
    next: `correct ${name}, try \`npm pkg get name\`, then run \`flow init\` again`,
  })
}
