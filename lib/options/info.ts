import { errnoOf, isUnsupported } from '../errors.js'
import { native } from '../native.js'
import { type Family, families, protocols, type SocketType, types } from '../platform.js'
import type { OptionName } from './access.js'
import type { OptionEntry, Platform, SocketKind } from './entry.js'
import { LazyMap } from './lazy.js'
import { levelNumber, rowOf } from './row.js'
import { table } from './table/index.js'

/** An option of the table, and whether this machine has it. */
export interface OptionInfo extends OptionEntry {
  /** The C name. */
  readonly name: OptionName
  /**
   * Whether this system has the option, found out by asking a socket of each kind that it is for. Where no socket may
   * be asked, since the option cannot be read or raw sockets are not allowed, it is the table's word.
   */
  readonly available: boolean
}

const [icmp, icmp6] = [1, 58]

const sockets: Readonly<Record<SocketKind, readonly [Family, SocketType, number]>> = {
  tcp: ['ipv4', 'stream', 0],
  tcp6: ['ipv6', 'stream', 0],
  udp: ['ipv4', 'datagram', 0],
  udp6: ['ipv6', 'datagram', 0],
  // The protocols that have options of their own.
  raw: ['ipv4', 'raw', icmp],
  raw6: ['ipv6', 'raw', icmp6],
  unix: ['unix', 'stream', 0],
  mptcp: ['ipv4', 'stream', protocols.mptcp],
}

/** What socket() says where the system has no such protocol, or no such family: IPv6 can be left out. */
const noSuchSocket: ReadonlySet<number> = new Set([errnoOf('EPROTONOSUPPORT'), errnoOf('EAFNOSUPPORT')])

/** The errno of reading the option on a new socket of a kind, 0 when that works, undefined without such a socket. */
function ask(kind: SocketKind, level: number, number: number): number | undefined {
  const [family, type, protocol] = sockets[kind]
  const fd = native.socket(families[family], types[type], protocol)
  if (noSuchSocket.has(fd)) return errnoOf('ENOPROTOOPT')
  if (fd < 0) return isUnsupported(fd) ? fd : undefined
  const result = native.getsockopt(fd, level, number, new Uint8Array(256))
  native.close(fd)
  return Math.min(result, 0)
}

/** Whether the kernel has TLS: what is not connected cannot have it, but a name that is unknown is another error. */
function hasTls(): boolean {
  const { encode, set } = rowOf('TCP_ULP')
  const fd = native.socket(families.ipv4, types.stream, 0)
  if (fd < 0) return false
  const errno = set(fd, encode('tls'))
  native.close(fd)
  return errno !== errnoOf('ENOENT')
}

function isAvailable(entry: OptionEntry): boolean {
  const number = entry.number[process.platform as Platform]
  if (number === undefined || entry.level === 'WSAIoctl') return false
  if (entry.access === 'wo') return true
  if (entry.level === 'SOL_TLS') return hasTls()
  const answers = entry.sockets.map((kind) => ask(kind, levelNumber(entry.level), number))
  const heard = answers.filter((answer) => answer !== undefined)
  return heard.length === 0 || heard.some((answer) => !isUnsupported(answer))
}

function infoOf([name, entry]: [string, OptionEntry]): [OptionName, OptionInfo] {
  let available: boolean | undefined
  const info = {
    name: name as OptionName,
    ...entry,
    get available() {
      available ??= isAvailable(entry)
      return available
    },
  }
  return [info.name, info]
}

/** The table of options by C name; each says whether this machine has it. */
export const options: ReadonlyMap<OptionName, OptionInfo> = new LazyMap(() => Object.entries(table).map(infoOf))
