import { errnoOf, type SystemError, unsupported } from '../errors.js'
import { zoneName } from '../sockaddr.js'
import type { EntryProtocol, InternetEntry, SocketEntry, UnixEntry } from './entry.js'
import type { SocketFilter } from './filter.js'
import { select } from './matches.js'
import { Channel } from './netlink/channel.js'
import { inetReader } from './netlink/inet.js'
import { compileProgram } from './netlink/program.js'
import { inetDumpRequest, messages, stateMask, unixDumpRequest } from './netlink/request.js'
import { readUnix } from './netlink/unix.js'
import { addOwners, inodesOf } from './owners.js'
import { type Query, queryOf } from './query.js'
import { rawTable } from './rawtable.js'

/** Makes a function that knows the names of interfaces, and asks for each once. */
function interfaceNames(): (index: number) => string | undefined {
  const known = new Map<number, string>()
  return (index) => {
    if (index === 0) return undefined
    const name = known.get(index) ?? zoneName(index)
    known.set(index, name)
    return name
  }
}

function listInet(channel: Channel, query: Query, protocol: InternetEntry['protocol']): InternetEntry[] {
  const [program, interfaceName] = [compileProgram(query), interfaceNames()]
  const states = stateMask(query.states, protocol)
  const families = query.families.filter((family) => family !== 'unix')
  return families.flatMap((family) => {
    const request = inetDumpRequest({ protocol, family, states, tcpInfo: query.tcpInfo, program })
    return channel.dump(messages.byFamily, request, inetReader({ protocol, family, interfaceName }))
  })
}

function listUnix(channel: Channel, query: Query): UnixEntry[] {
  return channel.dump(messages.byFamily, unixDumpRequest(stateMask(query.states, 'unix')), readUnix)
}

// Asked for what it cannot show, the kernel looks for a module each time.
const missing = new Set<EntryProtocol>()

/** The sockets of a protocol; undefined where this kernel's sock_diag cannot show them. */
function dump(channel: Channel, query: Query, protocol: EntryProtocol): SocketEntry[] | undefined {
  if (missing.has(protocol)) return undefined
  try {
    return protocol === 'unix' ? listUnix(channel, query) : listInet(channel, query, protocol)
  } catch (error) {
    if ((error as SystemError).errno !== errnoOf('ENOENT')) throw error
    missing.add(protocol)
    return undefined
  }
}

/** Whether `sockets` can show a protocol, which is found out by trying. */
export function showsProtocol(protocol: EntryProtocol): boolean {
  const channel = new Channel()
  try {
    // Nothing is in no state at all.
    return protocol === 'raw' || dump(channel, { ...queryOf({ protocol }), states: [] }, protocol) !== undefined
  } finally {
    channel.close()
  }
}

function list(channel: Channel, query: Query, protocol: EntryProtocol): SocketEntry[] {
  const entries = dump(channel, query, protocol)
  if (entries) return entries
  if (protocol === 'raw') return query.families.filter((family) => family !== 'unix').flatMap(rawTable)
  if (query.isNamed) throw unsupported(`The kernel's sock_diag cannot show ${protocol} sockets here`)
  return []
}

function listAll(query: Query): SocketEntry[] {
  const channel = new Channel()
  try {
    const entries = query.protocols.flatMap((protocol) => list(channel, query, protocol))
    return select(entries, query)
  } finally {
    channel.close()
  }
}

/**
 * Lists the sockets of the network namespace that this thread is in: TCP, MPTCP, UDP, raw and Unix ones, in every state
 * that this kernel shows; `diagSupport` tells what it does not.
 *
 * What a filter says of ports, addresses, interfaces, marks and states, the kernel itself leaves out. A list is no
 * snapshot: the kernel goes through its tables while sockets come and go, and one that does so meanwhile may or may not
 * be in it. TCP sockets that have neither a port nor a peer are in no table. Raw sockets are read from /proc where the
 * kernel has no raw_diag, and then have no cookie, interface, mark or memory.
 *
 * @param filter which sockets, all by default
 * @returns plain objects, in no order that means anything
 * @throws `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, `ERR_OUT_OF_RANGE` or `ERR_SOCKET_BAD_PORT` for a bad filter,
 * before any system call; ENODEV for an interface that does not exist; `ERR_SOCKCTL_UNSUPPORTED` where there is no
 * sock_diag (any system but Linux) or it lacks a protocol that the filter names; EPERM for `mark` without CAP_NET_ADMIN;
 * ESRCH and EACCES for a `pid` that does not exist or may not be looked into; EINTR where the kernel's tables changed
 * during each of three attempts
 * @see sock_diag(7), include/uapi/linux/inet_diag.h, include/uapi/linux/unix_diag.h
 */
export function sockets(filter: SocketFilter = {}): SocketEntry[] {
  const query = queryOf(filter)
  const entries = listAll(query)
  const inodes = query.pids && inodesOf(query.pids)
  const left = inodes ? entries.filter(({ inode }) => inodes.has(inode)) : entries
  if (query.processes) addOwners(left)
  return left
}
