import { invalidArgType, invalidArgValue, systemError } from '../errors.js'
import { native } from '../native.js'
import type { PortRange } from '../options/index.js'
import { familyOf, parseIPv4, parseIPv6 } from '../sockaddr.js'
import {
  maxInt32,
  validateBoolean,
  validateInteger,
  validateObject,
  validateOneOf,
  validatePort,
  validateString,
} from '../validate.js'
import type { EntryProtocol, SocketState } from './entry.js'
import type { SocketFilter } from './filter.js'
import { stateNames } from './netlink/request.js'

/** The addresses that begin with the same bits. */
export interface AddressBlock {
  readonly family: 'ipv4' | 'ipv6'
  readonly bytes: Uint8Array
  /** How many bits count. */
  readonly length: number
}

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

type Check<Value> = (value: unknown, name: string) => Value

/** Checks each of one or several values. */
function listOf<Value>(given: unknown, name: string, check: Check<Value>): readonly Value[] | undefined {
  if (given === undefined) return undefined
  if (!Array.isArray(given)) return [check(given, name)]
  if (given.length === 0) throw invalidArgValue(name, given, 'must not be an empty list')
  return given.map((value, index) => check(value, `${name}[${index}]`))
}

function oneOf<Value>(allowed: readonly Value[]): Check<Value> {
  return (value, name) => {
    validateOneOf(value, name, allowed)
    return value
  }
}

function integer(least: number, most: number): Check<number> {
  return (value, name) => {
    validateInteger(value, name, least, most)
    return value
  }
}

const checkPorts: Check<PortRange> = (value, name) => {
  if (typeof value === 'number') {
    validatePort(value, name)
    return { low: value, high: value }
  }
  if (value === null || typeof value !== 'object') throw invalidArgType(name, 'a port or a range of ports', value)
  const { low, high } = value as Partial<Record<keyof PortRange, unknown>>
  validatePort(low, `${name}.low`)
  validatePort(high, `${name}.high`)
  if (low > high) throw invalidArgValue(name, value, 'must begin with its lower end')
  return { low, high }
}

const addressBits = { ipv4: 32, ipv6: 128 }

const checkBlock: Check<AddressBlock> = (value, name) => {
  validateString(value, name)
  const [address = '', length, ...more] = value.split('/')
  const family = address.includes('%') ? undefined : familyOf(address)
  if (!family || more.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length))) {
    throw invalidArgValue(name, value, 'must be an IP address, without a zone, or a block of them such as 10.0.0.0/8')
  }
  const most = addressBits[family]
  const bits = length === undefined ? most : Number(length)
  validateInteger(bits, `${name}: the length of the prefix`, 0, most)
  return { family, bytes: family === 'ipv4' ? parseIPv4(address) : parseIPv6(address), length: bits }
}

const checkInterface: Check<string> = (value, name) => {
  validateString(value, name)
  const index = native.interfaceIndex(Buffer.from(value))
  if (index < 0) throw systemError(index, 'if_nametoindex', { address: value })
  return value
}

const checkText: Check<string> = (value, name) => {
  validateString(value, name)
  return value
}

function flag(value: unknown, name: string): boolean {
  if (value === undefined) return false
  validateBoolean(value, name)
  return value
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
