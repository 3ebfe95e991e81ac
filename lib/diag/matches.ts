import { isIPv4 } from 'node:net'
import { parseIPv4, parseIPv6 } from '../ipaddress.js'
import type { PortRange } from '../options/index.js'
import type { AddressBlock } from './checks.js'
import type { SocketEntry } from './entry.js'
import { stateNames } from './netlink/request.js'
import type { Query } from './query.js'

type Test = (entry: SocketEntry) => boolean

function inRanges(port: number | undefined, ranges: readonly PortRange[]): boolean {
  return port !== undefined && ranges.some(({ low, high }) => port >= low && port <= high)
}

function sharesBits(one: Uint8Array, other: Uint8Array, length: number): boolean {
  const whole = length >> 3
  for (let index = 0; index < whole; index++) {
    if (one[index] !== other[index]) return false
  }
  const rest = (0xff00 >> (length & 7)) & 0xff
  return ((one[whole] ?? 0) & rest) === ((other[whole] ?? 0) & rest)
}

const mappedPrefix = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff)

function inBlock(address: Uint8Array, { family, bytes, length }: AddressBlock): boolean {
  if ((family === 'ipv4') === (address.length === 4)) return sharesBits(address, bytes, length)
  return family === 'ipv4' && sharesBits(address, mappedPrefix, 96) && sharesBits(address.subarray(12), bytes, length)
}

/** Makes a test whether an address is in one of some blocks. It remembers, since many sockets share an address. */
function blockTest(blocks: readonly AddressBlock[]): (address: string | undefined) => boolean {
  const known = new Map<string, boolean>()
  return (address) => {
    if (address === undefined) return false
    const before = known.get(address)
    if (before !== undefined) return before
    const bytes = isIPv4(address) ? parseIPv4(address) : parseIPv6(address)
    const result = blocks.some((block) => inBlock(bytes, block))
    known.set(address, result)
    return result
  }
}

/** Makes a test whether a value is one of some; undefined where it does not matter. */
function setTest<Value>(values: readonly Value[] | undefined, of: (entry: SocketEntry) => Value | undefined) {
  if (!values) return undefined
  const set: ReadonlySet<Value | undefined> = new Set(values)
  return (entry: SocketEntry) => set.has(of(entry))
}

function testsOf(query: Query): (Test | undefined)[] {
  const { localPorts, remotePorts, localBlocks, remoteBlocks } = query
  const inLocal = localBlocks && blockTest(localBlocks)
  const inRemote = remoteBlocks && blockTest(remoteBlocks)
  return [
    query.states === stateNames ? undefined : setTest(query.states, (entry) => entry.state),
    localPorts && ((entry) => inRanges(entry.localPort, localPorts)),
    remotePorts && ((entry) => inRanges(entry.remotePort, remotePorts)),
    inLocal && ((entry) => inLocal(entry.localAddress)),
    inRemote && ((entry) => inRemote(entry.remoteAddress)),
    setTest(query.interfaces, (entry) => entry.interface),
    setTest(query.marks, (entry) => entry.mark ?? 0),
    setTest(query.uids, (entry) => entry.uid),
    setTest(query.inodes, (entry) => entry.inode),
    setTest(query.cookies, (entry) => entry.cookie),
    setTest(query.paths, (entry) => entry.path),
  ]
}

/** Leaves those that a query is about, by all that it says but the protocol, the family and the processes. */
export function select(entries: SocketEntry[], query: Query): SocketEntry[] {
  const tests = testsOf(query).filter((test) => test !== undefined)
  return tests.reduce((left, test) => left.filter(test), entries)
}
