import { existsSync, readFileSync } from 'node:fs'
import { release } from 'node:os'
import {
  BareSocket,
  type OptionEntry,
  type OptionName,
  options,
  type ReadableOption,
  type SocketKind,
  type WritableOption,
} from '../../lib/index.js'
import type { table } from '../../lib/options/table/index.js'
import { isRoot } from '../support.js'

/** The options that exist on Linux. */
export type LinuxOption = {
  [Name in OptionName]: (typeof table)[Name]['number'] extends { linux: number } ? Name : never
}[OptionName]

/** Those that can be set, and those of them that can be read as well. */
export type SettableOption = Extract<LinuxOption, WritableOption>
export type RoundTripOption = Extract<SettableOption, ReadableOption>
export type WriteOnlyOption = Exclude<SettableOption, ReadableOption>
export type ReadOnlyOption = Exclude<LinuxOption, WritableOption>

/** A descriptor that nothing has open. */
export const closedFd = 19_999

const arguments_ = {
  tcp: ['ipv4', 'stream'],
  tcp6: ['ipv6', 'stream'],
  udp: ['ipv4', 'datagram'],
  udp6: ['ipv6', 'datagram'],
  raw: ['ipv4', 'raw', 'udp'],
  raw6: ['ipv6', 'raw', 'udp'],
  unix: ['unix', 'stream'],
  mptcp: ['ipv4', 'stream', 'mptcp'],
} as const satisfies Record<SocketKind, ConstructorParameters<typeof BareSocket>>

const hasMptcp = existsSync('/proc/sys/net/mptcp/enabled') && sysctl('net/mptcp/enabled') === 1

/** Every kind of socket. */
export const kinds = Object.keys(arguments_) as SocketKind[]

/** A new socket of a kind. */
export function openSocket(kind: SocketKind): BareSocket {
  return Reflect.construct(BareSocket, arguments_[kind]) as BareSocket
}

/** Why a socket of this kind cannot be made here, for the name of a test; empty where it can. */
export function whyNoSocket(kind: SocketKind): string {
  if (kind === 'mptcp' && !hasMptcp) return ' (this kernel has no MPTCP)'
  return kind.startsWith('raw') && !isRoot ? ' (needs root: a raw socket)' : ''
}

/** The row of an option. */
export function entryOf(name: OptionName): OptionEntry {
  return options.get(name) as OptionEntry
}

/** The kinds that a row names, with the IPv6 sockets that a general name means too. */
export function kindsOf(name: OptionName): SocketKind[] {
  const { sockets, level } = entryOf(name)
  const twins = sockets.filter((kind) => kind === 'tcp' || kind === 'udp' || (kind === 'raw' && level === 'SOL_SOCKET'))
  const all = new Set<SocketKind>([...sockets, ...twins.map((kind) => `${kind}6` as SocketKind)])
  return kinds.filter((kind) => all.has(kind))
}

/** The names of the rows that a test is for. */
export function namesWhere<Name extends OptionName>(holds: (entry: OptionEntry, name: OptionName) => boolean): Name[] {
  return [...options.keys()].filter((name): name is Name => holds(entryOf(name), name))
}

/** Whether Linux has an option. */
export function isLinux(entry: OptionEntry): boolean {
  return entry.number.linux !== undefined
}

/** Whether the running kernel has it. */
export function isHere(name: OptionName): boolean {
  return options.get(name)?.available === true
}

/** A release of Linux: its first two numbers. */
export type Release = readonly [major: number, minor: number]

/** Whether the running kernel is older than a release. */
export function isOlderThan([major, minor]: Release): boolean {
  const [here = 0, then = 0] = release().split('.').map(Number)
  return here < major || (here === major && then < minor)
}

/** A number of /proc/sys; of a line with several, the one at an index. */
export function sysctl(path: string, index = 0): number {
  return Number(sysctlText(path).split(/\s+/)[index])
}

/** The text of a file of /proc/sys. What the host's own network namespace alone has comes from scripts/isolated.sh. */
export function sysctlText(path: string): string {
  const own = `/proc/sys/${path}`
  const known = existsSync(own) ? undefined : process.env.HOST_SYSCTLS?.match(new RegExp(`^${path}:(.*)$`, 'm'))
  return (known?.[1] ?? readFileSync(own, 'utf8')).trim()
}

/** The index of the loopback interface. */
export const loopbackIndex = Number(readFileSync('/sys/class/net/lo/ifindex', 'utf8'))
