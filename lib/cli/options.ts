import { Command } from 'commander'
import colors from 'picocolors'
import { type OptionInfo, options, type Platform } from '../options/index.js'
import { type Finish, say, sayJson, sayTable } from './print.js'

function rowOf(info: OptionInfo): string[] {
  const number = info.number[process.platform as Platform]
  const value = info.unit ? `${info.type} (${info.unit})` : info.type
  const deadline = info.before ? `before ${info.before}` : ''
  const name = info.available ? info.name : colors.dim(info.name)
  return [name, info.level, String(number ?? '-'), value, info.access, deadline, info.available ? 'yes' : 'no']
}

/** `sockctl options`: the table of socket options, and which of them this machine has. */
export function optionsCommand(finish: Finish): Command {
  return new Command('options')
    .description('list the socket options, and whether this machine has them')
    .argument('[text]', 'only those whose name has this text in it')
    .option('--json', 'print JSON')
    .action((text: string | undefined, { json }: { json?: boolean }) => {
      const wanted = [...options.values()].filter((info) => info.name.includes((text ?? '').toUpperCase()))
      if (json) sayJson(wanted)
      else sayTable(['name', 'level', 'number', 'value', 'access', 'set', 'here'], wanted.map(rowOf))
      if (wanted.length > 0) return
      if (!json) say('no such option')
      finish(1)
    })
}
