import type { SystemError } from '../errors.js'
import { getOption, type OptionName, options, type ReadableOption } from '../options/index.js'
import { type Family, families, type SocketType, types } from '../platform.js'
import type { SocketAddress } from '../sockaddr.js'
import { BareSocket } from '../sockets/index.js'
import { type BorrowedSocket, openProcessSocket } from './borrowed.js'
import type { SocketEntry } from './entry.js'
import { socketDescriptorsOf } from './owners.js'
import { sockets } from './sockets.js'

/** An option as it is on a socket. */
export interface InspectedOption {
  readonly name: OptionName
  readonly value: unknown
  /** What a new socket of the kind has; undefined where it has no such option, or none could be made. */
  readonly default: unknown
  readonly differs: boolean
  readonly access: 'rw' | 'ro'
}

/** A socket of a process, and its options. */
export interface InspectedSocket {
  readonly pid: number
  readonly fd: number
  /** Undefined for a family that sockctl has no word for, and where the socket could not be opened. */
  readonly family: Family | undefined
  readonly type: SocketType | undefined
  readonly local: SocketAddress | undefined
  readonly remote: SocketAddress | undefined
  /** What `sockets` tells of it; undefined where it does not: other families, other network namespaces. */
  readonly entry: SocketEntry | undefined
  readonly options: readonly InspectedOption[]
  /** Why the options could not be read, where they could not. */
  readonly unread?: string
}

/**
 * What is not read, since that does something: the first two take the error that waits away from the process whose socket
 * it is, the third its only copy of the SYN, and the last opens a descriptor here.
 */
const untouched: ReadonlySet<string> = new Set(['SO_ERROR', 'TCP_ZEROCOPY_RECEIVE', 'TCP_SAVED_SYN', 'SO_PEERPIDFD'])

function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch {
    // This kind of socket, or this state, has no such thing.
    return undefined
  }
}

function nameOf<Name extends string>(numbers: Readonly<Record<Name, number>>, number: number | undefined) {
  return (Object.keys(numbers) as Name[]).find((name) => numbers[name] === number)
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item)) ?? ''
}

function optionsOf(socket: { readonly fd: number }, fresh: BareSocket | undefined): InspectedOption[] {
  return [...options.values()].flatMap(({ name, access, available }) => {
    if (access === 'wo' || !available || untouched.has(name)) return []
    const value = attempt(() => getOption(socket, name as ReadableOption))
    if (value === undefined) return []
    const standard = fresh && attempt(() => getOption(fresh, name as ReadableOption))
    return [{ name, value, default: standard, differs: text(value) !== text(standard), access }]
  })
}

/** Makes a new socket of the kind; undefined where this user, or sockctl, cannot. */
function freshSocket(socket: BorrowedSocket, family: Family | undefined, type: SocketType | undefined) {
  if (family === undefined || type === undefined) return undefined
  return attempt(() => new BareSocket(family, type, family === 'unix' ? undefined : getOption(socket, 'SO_PROTOCOL')))
}

function findEntry(socket: BorrowedSocket, entries: readonly SocketEntry[]): SocketEntry | undefined {
  const cookie = attempt(() => getOption(socket, 'SO_COOKIE'))
  return entries.find((entry) => entry.cookie !== undefined && BigInt.asUintN(64, BigInt(entry.cookie)) === cookie)
}

function describe(socket: BorrowedSocket, fd: number, entries: readonly SocketEntry[]): InspectedSocket {
  const family = nameOf(families, getOption(socket, 'SO_DOMAIN'))
  const type = nameOf(types, getOption(socket, 'SO_TYPE'))
  const fresh = freshSocket(socket, family, type)
  try {
    return {
      pid: socket.pid,
      fd,
      family,
      type,
      local: attempt(() => socket.address()),
      remote: attempt(() => socket.peerAddress()),
      entry: findEntry(socket, entries),
      options: optionsOf(socket, fresh),
    }
  } finally {
    fresh?.close()
  }
}

function openAndDescribe(pid: number, fd: number, entries: readonly SocketEntry[]): InspectedSocket {
  const socket = openProcessSocket(pid, fd)
  try {
    return describe(socket, fd, entries)
  } finally {
    socket.close()
  }
}

/**
 * Tells of one socket of a process what it is and how its options are set.
 *
 * @throws as `openProcessSocket`
 */
export function inspectSocket(pid: number, fd: number): InspectedSocket {
  return openAndDescribe(pid, fd, sockets())
}

/**
 * Tells the same of all sockets of a process. Where they may be seen and not opened, only what `sockets` tells is there.
 *
 * @throws ESRCH for a process that does not exist, EACCES for one that may not be looked into
 */
export function inspectProcess(pid: number): InspectedSocket[] {
  const entries = sockets()
  return socketDescriptorsOf(pid).map(({ fd, inode }) => {
    try {
      return openAndDescribe(pid, fd, entries)
    } catch (error) {
      const entry = entries.find((one) => one.inode === inode)
      const nothing = { family: entry?.family, type: undefined, local: undefined, remote: undefined, options: [] }
      return { pid, fd, ...nothing, entry, unread: (error as SystemError).message }
    }
  })
}
