import { Command, Option } from 'commander'
import colors from 'picocolors'
import { dimensions } from '../diag/cases.js'
import { bindConflicts, type ConflictCase, type ConflictOptions } from '../diag.js'
import { type Finish, say, sayJson, sayTable } from './print.js'

const kinds = ['wildcard', 'specific'] as const
const reuses = dimensions.firstReuse
const flags = { none: '-', address: 'A', port: 'P', both: 'AP' } as const

const familyNames = {
  ipv4: 'IPv4',
  ipv6: 'IPv6',
  'dual-ipv4': 'dual-stack IPv6 first, IPv4 second',
  'ipv4-dual': 'IPv4 first, dual-stack IPv6 second',
} as const

const legend = [
  'Rows: the first socket; columns: the second. * wildcard address, = specific address.',
  'A SO_REUSEADDR, P SO_REUSEPORT, AP both, - neither.',
  '.      the second bind fails with EADDRINUSE (another error is named)',
  'first, second, both, nobody: the second bind works, and that one receives what is sent to the specific address',
  '!      and the first socket, only bound so far, can no longer listen',
  '?      not measured: --json says why',
]

/** The words of one cell. */
function cellOf(found: ConflictCase | undefined): string {
  if (!found) return ''
  if (found.unmeasured !== undefined) return colors.dim('?')
  if (found.bind !== 'ok') return found.bind === 'EADDRINUSE' ? colors.dim('.') : String(found.bind)
  if (found.listen !== null && found.listen !== 'ok') return `listen ${found.listen}`
  const lost = found.firstListen !== null && found.firstListen !== 'ok' ? '!' : ''
  const text = `${found.traffic}${lost}`
  return found.traffic === 'second' || found.traffic === 'both' ? colors.yellow(text) : text
}

function blockTitle({ protocol, families, firstListens, user }: ConflictCase): string {
  const state = protocol === 'udp' ? '' : `, first ${firstListens ? 'listening' : 'only bound'}`
  return `${protocol.toUpperCase()}, ${familyNames[families]}${state}, second of ${user === 'same' ? 'the same' : 'another'} user`
}

function label(kind: string, reuse: keyof typeof flags): string {
  return `${kind === 'wildcard' ? '*' : '='} ${flags[reuse]}`
}

/** Writes the cases of one block: eight kinds of first socket by eight kinds of second, as far as they are there. */
function sayBlock(cases: readonly ConflictCase[]): void {
  const all = kinds.flatMap((kind) => reuses.map((reuse) => ({ kind, reuse })))
  const firsts = all.filter(({ kind, reuse }) =>
    cases.some((one) => one.firstAddress === kind && one.firstReuse === reuse),
  )
  const seconds = all.filter(({ kind, reuse }) =>
    cases.some((one) => one.secondAddress === kind && one.secondReuse === reuse),
  )
  const found = new Map(
    cases.map((one) => [[one.firstAddress, one.firstReuse, one.secondAddress, one.secondReuse].join(), one]),
  )
  const rows = firsts.map((first) => [
    colors.bold(label(first.kind, first.reuse)),
    ...seconds.map((second) => cellOf(found.get([first.kind, first.reuse, second.kind, second.reuse].join()))),
  ])
  const head = ['first \\ second', ...seconds.map(({ kind, reuse }) => colors.bold(label(kind, reuse)))]
  say(colors.underline(blockTitle(cases[0] as ConflictCase)))
  sayTable(head, rows)
  say()
}

/** The cases that differ only in what a block's rows and columns show, together. */
function blocksOf(cases: readonly ConflictCase[]): ConflictCase[][] {
  const blocks = new Map<string, ConflictCase[]>()
  for (const one of cases) {
    const key = [one.protocol, one.families, one.firstListens, one.user].join()
    blocks.set(key, [...(blocks.get(key) ?? []), one])
  }
  return [...blocks.values()]
}

function filter(name: string, description: string, choices: readonly string[]): Option {
  return new Option(`--${name} <values...>`, description).choices(choices)
}

/** What the command line's filters come to. */
interface Filters extends Omit<ConflictOptions, 'firstListens'> {
  readonly json?: boolean
  readonly firstListens?: readonly ('yes' | 'no')[]
}

/** `sockctl matrix`: what two binds to one port come to on this machine. */
export function matrixCommand(finish: Finish): Command {
  return new Command('matrix')
    .description('measure, with real sockets, when two binds to one port work and who receives the traffic')
    .addOption(filter('protocol', 'TCP or UDP', dimensions.protocol))
    .addOption(filter('families', 'the families of the two sockets', dimensions.families))
    .addOption(filter('first-address', 'the address of the first', dimensions.firstAddress))
    .addOption(filter('second-address', 'the address of the second', dimensions.secondAddress))
    .addOption(filter('first-reuse', 'the reuse options of the first', dimensions.firstReuse))
    .addOption(filter('second-reuse', 'the reuse options of the second', dimensions.secondReuse))
    .addOption(filter('first-listens', 'whether the first listens', ['yes', 'no']))
    .addOption(filter('user', 'the user of the second', dimensions.user))
    .option('--json', 'print JSON')
    .action(async ({ json, firstListens, ...wanted }: Filters) => {
      const listens = firstListens?.map((value) => value === 'yes')
      const cases = await bindConflicts({ ...wanted, firstListens: listens })
      if (json) sayJson(cases)
      else {
        for (const line of legend) say(line)
        say()
        for (const block of blocksOf(cases)) sayBlock(block)
      }
      if (cases.length > 0) return
      if (!json) say('no such case: a UDP socket does not listen')
      finish(1)
    })
}
