import { invalidArgValue } from '../errors.js'
import type { PortRange } from '../options/index.js'
import { maxInt32, validateObject } from '../validate.js'
import {
  type AddressBlock,
  type Check,
  checkBlock,
  checkInterface,
  checkPorts,
  checkText,
  flag,
  integer,
  listOf,
  oneOf,
} from './checks.js'
import type { EntryProtocol, SocketState } from './entry.js'
import type { SocketFilter } from './filter.js'
import { stateNames } from './netlink/request.js'

/** A filter that was checked. Undefined is a thing that does not matter. */
export interface Query {
  readonly protocols: readonly EntryProtocol[]
  /** Whether the protocols were named, or all of them are meant. */
  readonly isNamed: boolean
  readonly families: readonly ('ipv4' | 'ipv6' | 'unix')[]
  readonly states: readonly SocketState[]
  readonly localPorts: readonly PortRange[] | undefined
  readonly remotePorts: readonly PortRange[] | undefined
  readonly localBlocks: readonly AddressBlock[] | undefined
  readonly remoteBlocks: readonly AddressBlock[] | undefined
  readonly interfaces: readonly string[] | undefined
  readonly marks: readonly number[] | undefined
  readonly uids: readonly number[] | undefined
  readonly inodes: readonly number[] | undefined
  readonly cookies: readonly number[] | undefined
  readonly paths: readonly string[] | undefined
  readonly pids: readonly number[] | undefined
  readonly processes: boolean
  readonly tcpInfo: boolean
}

/** All protocols, in the order in which they are listed. */
export const protocols: readonly EntryProtocol[] = ['tcp', 'udp', 'raw', 'mptcp', 'unix']
const families = ['ipv4', 'ipv6', 'unix'] as const

/** What only some protocols have. */
const kinds: Readonly<Partial<Record<keyof SocketFilter, readonly EntryProtocol[]>>> = {
  localPort: ['tcp', 'udp', 'mptcp'],
  remotePort: ['tcp', 'udp', 'mptcp'],
  localAddress: ['tcp', 'udp', 'raw', 'mptcp'],
  remoteAddress: ['tcp', 'udp', 'raw', 'mptcp'],
  interface: ['tcp', 'udp', 'raw', 'mptcp'],
  mark: ['tcp', 'udp', 'raw', 'mptcp'],
  path: ['unix'],
}

const keys: ReadonlySet<string> = new Set<keyof Required<SocketFilter>>([
  ...([
    'protocol',
    'family',
    'state',
    'localPort',
    'remotePort',
    'localAddress',
    'remoteAddress',
    'interface',
  ] as const),
  ...(['mark', 'uid', 'inode', 'cookie', 'path', 'pid', 'processes', 'tcpInfo'] as const),
])

/** The protocols that have all that a filter speaks of. */
function protocolsFor(filter: Record<string, unknown>, wanted: readonly EntryProtocol[]): readonly EntryProtocol[] {
  let left = wanted
  for (const [key, having] of Object.entries(kinds)) {
    if (filter[key] === undefined) continue
    left = left.filter((protocol) => having.includes(protocol))
    if (left.length === 0)
      throw invalidArgValue(`filter.${key}`, filter[key], 'does not go with the rest of the filter')
  }
  return left
}

function familiesFor(given: Query['families'] | undefined, left: readonly EntryProtocol[]): Query['families'] {
  const fitting = (given ?? families).filter((family) =>
    left.some((protocol) => (protocol === 'unix') === (family === 'unix')),
  )
  if (fitting.length === 0) throw invalidArgValue('filter.family', given, 'does not go with the rest of the filter')
  return fitting
}

/**
 * Checks a filter.
 *
 * @throws `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, `ERR_OUT_OF_RANGE` or `ERR_SOCKET_BAD_PORT`; ENODEV for an
 * interface that does not exist
 */
export function queryOf(filter: unknown): Query {
  validateObject(filter, 'filter')
  for (const key of Object.keys(filter)) {
    if (!keys.has(key)) throw invalidArgValue('filter', key, `must have no such property as '${key}'`)
  }
  const list = <Value>(key: keyof SocketFilter, check: Check<Value>) => listOf(filter[key], `filter.${key}`, check)
  const named = list('protocol', oneOf(protocols))
  const left = protocolsFor(filter, named ?? protocols)
  const unsigned = integer(0, 2 ** 32 - 1)
  return {
    protocols: left,
    isNamed: named !== undefined,
    families: familiesFor(list('family', oneOf(families)), left),
    states: list('state', oneOf(stateNames)) ?? stateNames,
    localPorts: list('localPort', checkPorts),
    remotePorts: list('remotePort', checkPorts),
    localBlocks: list('localAddress', checkBlock),
    remoteBlocks: list('remoteAddress', checkBlock),
    marks: list('mark', unsigned),
    uids: list('uid', unsigned),
    inodes: list('inode', unsigned),
    cookies: list('cookie', integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)),
    paths: list('path', checkText),
    pids: list('pid', integer(1, maxInt32)),
    processes: flag(filter.processes, 'filter.processes'),
    tcpInfo: flag(filter.tcpInfo, 'filter.tcpInfo'),
    // Last, since it is a system call.
    interfaces: list('interface', checkInterface),
  }
}
