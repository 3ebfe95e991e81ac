import { Command } from 'commander'
import colors from 'picocolors'
import { type OptionInfo, options, type Platform } from '../options/index.js'
import { sayFitting } from './fit.js'
import { type Finish, say, sayJson } from './print.js'

interface OptionsFlags {
  all?: boolean
  json?: boolean
}

const head = ['name', 'level', 'number', 'value', 'access', 'set', 'here']

/** The number of an option on this system; undefined for an option of other systems. */
function numberHere({ number }: OptionInfo): number | undefined {
  return number[process.platform as Platform]
}

function rowOf(info: OptionInfo): string[] {
  const value = info.unit ? `${info.type} (${info.unit})` : info.type
  const deadline = info.before ? `before ${info.before}` : ''
  const number = String(numberHere(info) ?? '-')
  return [info.name, info.level, number, value, info.access, deadline, info.available ? 'yes' : 'no']
}

function sayRows(rows: readonly OptionInfo[], all: boolean): void {
  const systems = (info: OptionInfo) => (all ? [Object.keys(info.number).join(' ')] : [])
  sayFitting(
    all ? [...head, 'systems'] : head,
    rows.map((info) => [...rowOf(info), ...systems(info)]),
    (text, row, column) => (column === 0 && !rows[row]?.available ? colors.dim(text) : text),
  )
}

function find(text: string, all: boolean): { wanted: OptionInfo[]; elsewhere: number } {
  const named = [...options.values()].filter((info) => info.name.includes(text.toUpperCase()))
  const wanted = named.filter((info) => all || numberHere(info) !== undefined)
  return { wanted, elsewhere: named.length - wanted.length }
}

/** `sockctl options`: the table of socket options, and which of them this machine has. */
export function optionsCommand(finish: Finish): Command {
  return new Command('options')
    .description("list this system's socket options, and whether this machine has them")
    .argument('[text]', 'only those whose name has this text in it')
    .option('--all', 'the options of all systems')
    .option('--json', 'print JSON')
    .action((text: string | undefined, { all = false, json }: OptionsFlags) => {
      const { wanted, elsewhere } = find(text ?? '', all)
      if (json) sayJson(wanted)
      else {
        if (wanted.length > 0) sayRows(wanted, all)
        else say(all ? 'no such option' : `no such option on ${process.platform}`)
        if (elsewhere > 0) say(colors.dim(`${elsewhere} of other systems: --all lists them`))
      }
      if (wanted.length === 0) finish(1)
    })
}
