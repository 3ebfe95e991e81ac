import { setTimeout as delay } from 'node:timers/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import { pathText, programOf } from '../diag/explain/words.js'
import { stateNames } from '../diag/netlink/request.js'
import { type EntryProtocol, type SocketEntry, type SocketFilter, type SocketState, sockets } from '../diag.js'
import { maxInt32 } from '../validate.js'
import { sayFitting } from './fit.js'
import { integer, repeated } from './number.js'
import { type Finish, say, sayJson } from './print.js'
import { Screen } from './screen.js'

const protocols = ['tcp', 'udp', 'raw', 'mptcp', 'unix'] as const
const orders = ['protocol', 'state', 'port', 'time', 'queue'] as const

interface LsFlags extends Partial<Record<EntryProtocol, boolean>> {
  readonly state?: SocketState[]
  readonly port?: number[]
  readonly pid?: number[]
  readonly sort: (typeof orders)[number]
  readonly processes?: boolean
  readonly json?: boolean
  readonly watch?: boolean
}

/** Reads a state as people write it: in small letters, with hyphens. */
function stateOf(text: string): SocketState {
  const state = text.toUpperCase().replaceAll('-', '_') as SocketState
  if (stateNames.includes(state)) return state
  throw new InvalidArgumentError(`The states are ${stateNames.join(', ').toLowerCase().replaceAll('_', '-')}.`)
}

/** Writes an address and a port; a port of 0 stands for none. */
function end(address: string | undefined, port: number | undefined): string {
  if (address === undefined) return ''
  const host = address.includes(':') ? `[${address}]` : address
  return `${host}:${port === 0 ? '*' : port}`
}

function timeOf({ timer, timerMs }: SocketEntry): string {
  return timer === undefined || timerMs === undefined ? '' : `${timer} ${(timerMs / 1000).toFixed(1)} s`
}

function rowOf(entry: SocketEntry, processes: boolean): string[] {
  const local = entry.path === undefined ? end(entry.localAddress, entry.localPort) : pathText(entry.path)
  const queues = [entry.acceptQueue ?? entry.receiveQueue, entry.backlog ?? entry.sendQueue]
  const row = [
    entry.protocol,
    entry.state,
    ...queues.map((length) => String(length ?? 0)),
    local,
    end(entry.remoteAddress, entry.remotePort),
    timeOf(entry),
  ]
  if (!processes) return row
  const names = (entry.owners ?? []).map((owner) => `${programOf(owner)} ${owner.pid}:${owner.fd}`)
  return [...row, names.join(' ') || (entry.ownersComplete === false ? '?' : '')]
}

const head = ['proto', 'state', 'recv', 'send', 'local', 'peer', 'timer']

const keys: Readonly<Record<LsFlags['sort'], (entry: SocketEntry) => string | number>> = {
  protocol: ({ protocol }) => protocols.indexOf(protocol),
  state: ({ state }) => state,
  port: ({ localPort = 65536 }) => localPort,
  time: ({ timerMs = Number.MAX_SAFE_INTEGER }) => timerMs,
  queue: ({ receiveQueue = 0, sendQueue = 0 }) => -(receiveQueue + sendQueue),
}

function sorted(entries: SocketEntry[], by: LsFlags['sort']): SocketEntry[] {
  const key = keys[by]
  const compare = (one: string | number, other: string | number) => (one < other ? -1 : Number(one > other))
  return entries.sort((one, other) => compare(key(one), key(other)) || compare(keys.port(one), keys.port(other)))
}

/** Whether a socket has all of some words: a port as `:80`, or a part of what its line shows. */
function hasWords(entry: SocketEntry, words: readonly string[]): boolean {
  const cells = rowOf(entry, true).map((cell) => cell.toLowerCase())
  return words.every((word) => {
    if (/^:\d+$/.test(word)) return [entry.localPort, entry.remotePort].includes(Number(word.slice(1)))
    return cells.some((cell) => cell.includes(word.toLowerCase()))
  })
}

function filterOf(flags: LsFlags, words: readonly string[]): SocketFilter {
  const named = protocols.filter((protocol) => flags[protocol])
  return {
    protocol: named.length > 0 ? named : undefined,
    state: flags.state,
    localPort: flags.port,
    pid: flags.pid,
    processes: flags.processes || words.length > 0,
  }
}

function print(entries: SocketEntry[], { json, processes = false }: LsFlags): void {
  if (json) sayJson(entries)
  else if (entries.length === 0) say('no such socket')
  else {
    const rows = entries.map((entry) => rowOf(entry, processes))
    sayFitting(processes ? [...head, 'process'] : head, rows)
  }
}

const period = 1000

/** Lists again and again, for as long as the process lives. */
async function watch(list: () => SocketEntry[], flags: LsFlags): Promise<never> {
  const screen = new Screen()
  for (;;) {
    if (flags.json) sayJson(list(), 0)
    else screen.show(() => print(list(), flags))
    await delay(period)
  }
}

/** `sockctl ls`: the sockets of the host. */
export function lsCommand(finish: Finish): Command {
  const command = new Command('ls')
    .description('list the sockets of the host, those included that are only bound')
    .argument(
      '[filter...]',
      'words that a line must have: a state, a port as :80, a part of an address, path or process',
    )
  for (const protocol of protocols) command.option(`--${protocol}`, `${protocol} sockets`)
  return command
    .option('--state <states...>', 'only these states: listen, time-wait, bound ...', repeated(stateOf))
    .option('--port <port>', 'only this local port; may be repeated', repeated(integer(0, 65535)))
    .option('--pid <pid>', 'only what this process has open; may be repeated', repeated(integer(1, maxInt32)))
    .addOption(new Option('--sort <order>', 'the order of the lines').choices(orders).default('protocol'))
    .option('-p, --processes', 'show who has each open')
    .option('--watch', 'list again each second, until interrupted')
    .option('--json', 'print JSON; with --watch, a line each time')
    .addHelpText('after', '\nExits 0 when there is any such socket, 1 when there is none, 2 for wrong use.')
    .action(async (words: string[], flags: LsFlags) => {
      const list = () => {
        const entries = sockets(filterOf(flags, words)).filter((entry) => hasWords(entry, words))
        return sorted(entries, flags.sort)
      }
      if (flags.watch) await watch(list, flags)
      const entries = list()
      print(entries, flags)
      if (entries.length === 0) finish(1)
    })
}
