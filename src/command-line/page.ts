/** Commander's help pages, wrapped and coloured for the terminal that shows them. */
import type { Command as Commander } from 'commander'
import pc from 'picocolors'

/** The functions are called only for a page that is printed. */
export interface PageStyle {
  readonly version: string
  /** How flow is called here: `flow`, `npx flow-agent`. */
  program(): string
  columns(): number
  hasColors(): boolean
}

const { bold, cyan } = pc.createColors(true)

export function pageOf(
  commander: Commander,
  examples: readonly string[],
  style: PageStyle,
): string {
  const program = style.program()
  commander.configureOutput({ getOutHelpWidth: style.columns, getOutHasColors: style.hasColors })
  commander.configureHelp({
    minWidthToWrap: 10,
    commandUsage: (one) =>
      `${program}${one.commands.length > 0 ? '' : ` ${one.name()}`} ${one.usage()}`,
    subcommandTerm: (one) => `${one.name()} ${one.usage()}`.replace(' [options]', '').trim(),
    styleTitle: bold,
    styleSubcommandTerm: cyan,
    styleArgumentTerm: cyan,
    styleOptionTerm: cyan,
  })
  const lines = examples.map((line) => `  ${line.replace(/\bflow(?= )/, () => program)}\n`).join('')
  const title = style.hasColors() ? bold('Examples:') : 'Examples:'
  const page = `${commander.helpInformation().trimEnd()}\n`
  return lines === '' ? page : `${page}\n${title}\n${lines}`
}
