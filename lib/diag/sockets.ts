import { errnoOf, type SystemError, unsupported } from '../errors.js'
import { zoneName } from '../ipaddress.js'
import type { EntryProtocol, InternetEntry, SocketEntry } from './entry.js'
import type { SocketFilter } from './filter.js'
import { select } from './matches.js'
import { Channel } from './netlink/channel.js'
import { inetReader } from './netlink/inet.js'
import { compileProgram } from './netlink/program.js'
import { inetDumpRequest, messages, stateMask, tcpDumpRequest, unixDumpRequest } from './netlink/request.js'
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

function addInet(channel: Channel, query: Query, protocol: InternetEntry['protocol'], entries: SocketEntry[]): void {
  const states = stateMask(query.states, protocol)
  const dump = { protocol, states, tcpInfo: query.tcpInfo, program: compileProgram(query) }
  const reader = inetReader({ protocol, interfaceName: interfaceNames() })
  const families = internetFamilies(query)
  if (protocol === 'tcp' && families.length === 2) {
    channel.dump(messages.tcp, tcpDumpRequest(dump), reader, entries)
    return
  }
  for (const family of families) channel.dump(messages.byFamily, inetDumpRequest(dump, family), reader, entries)
}

function internetFamilies(query: Query): InternetEntry['family'][] {
  return query.families.filter((family) => family !== 'unix')
}

// Asked for what it cannot show, the kernel looks for a module each time.
const missing = new Set<EntryProtocol>()

/** Adds the sockets of a protocol to a list. False where this kernel's sock_diag cannot show them. */
function add(channel: Channel, query: Query, protocol: EntryProtocol, entries: SocketEntry[]): boolean {
  if (missing.has(protocol)) return false
  try {
    if (protocol !== 'unix') addInet(channel, query, protocol, entries)
    else channel.dump(messages.byFamily, unixDumpRequest(stateMask(query.states, protocol)), readUnix, entries)
    return true
  } catch (error) {
    if ((error as SystemError).errno !== errnoOf('ENOENT')) throw error
    missing.add(protocol)
    return false
  }
}

/** Whether `sockets` can show a protocol, which is found out by trying. */
export function showsProtocol(protocol: EntryProtocol): boolean {
  const channel = new Channel()
  try {
    // Nothing is in no state at all.
    return protocol === 'raw' || add(channel, { ...queryOf({ protocol }), states: [] }, protocol, [])
  } finally {
    channel.close()
  }
}

function listAll(query: Query): SocketEntry[] {
  const channel = new Channel()
  const entries: SocketEntry[] = []
  try {
    for (const protocol of query.protocols) {
      if (add(channel, query, protocol, entries)) continue
      if (protocol === 'raw') entries.push(...internetFamilies(query).flatMap(rawTable))
      else if (query.isNamed) throw unsupported(`The kernel's sock_diag cannot show ${protocol} sockets here`)
    }
  } finally {
    channel.close()
  }
  return select(entries, query)
}

/**
 * Lists the sockets of the network namespace that this thread is in: TCP, MPTCP, UDP, raw and Unix ones, in every state
 * that this kernel shows; `diagSupport` tells what it does not.
 *
 * What a filter says of ports, addresses, interfaces, marks and states, the kernel itself leaves out. A list is no
 * snapshot: the kernel goes through its tables while sockets come and go, and one that does so meanwhile may or may not
 * be in it. TCP sockets that have neither a port nor a peer are in no table; nor are Unix connections that wait to be
 * accepted, which their listener counts. Raw sockets are read from /proc where the kernel has no raw_diag, and then have
 * no cookie, interface, mark or memory.
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
