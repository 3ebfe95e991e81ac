import type { OptionInput, OptionName, ReadableOption, SocketKind, SocketOptions } from '../../lib/index.js'
import { closedFd, isOlderThan, type Release, type WriteOnlyOption } from './kinds.js'

/** A value for an option that cannot be read, and how it shows that setting it did something. */
export interface Written<Input = unknown> {
  /** What has to be set before. */
  readonly first?: SocketOptions
  readonly value: Input
  readonly root?: true
  /** The kinds of socket that take it, where those that the row names are more. */
  readonly kinds?: readonly SocketKind[]
  /** The error of setting it a second time, */
  readonly again?: string
  /** or another option with what that one reads then. */
  readonly shows?: readonly [ReadableOption, unknown]
  /** or the error of setting it, where nothing that it takes can be had here, */
  readonly refused?: string
  /** or where else it is shown. */
  readonly elsewhere?: string
  /** The Linux that it came with, where that is newer than 5.4. */
  readonly since?: Release
  /** Why a new socket does not take it. */
  readonly apart?: string
  /** An option that can be read where the kernel has this one. */
  readonly beside?: ReadableOption
}

const group = { group: '239.83.67.1', interface: 'lo' }
const sourced = { group: '239.83.67.2', source: '127.0.0.9', interface: '127.0.0.1' }
const whole = { group: sourced.group, interface: '127.0.0.1' }
const everySource = { group: '239.83.67.5', interface: 'lo' }
const oneSource = { ...everySource, source: '127.0.0.9' }
const filter = [{ code: 6, jt: 0, jf: 0, k: 0xffffffff }]
const md5 = { address: '127.0.0.9', key: 'secret' }
const aoName = { address: '127.0.0.9', sendId: 1, receiveId: 1 }
const group6 = { group: 'ff11::5343', interface: 'lo' }

const anycast = { group: '2001:db8::5343', interface: 'lo' }

/** struct xfrm_userpolicy_info that lets all pass that an address family sends. */
function policy(family: 'ipv4' | 'ipv6'): Buffer {
  const bytes = Buffer.alloc(168)
  const [familyAt, directionAt, out] = [40, 160, 1]
  new Uint16Array(bytes.buffer, bytes.byteOffset + familyAt, 1)[0] = family === 'ipv4' ? 2 : 10
  bytes[directionAt] = out
  return bytes
}

/** A value for every option that can only be set: a row of the table without one does not compile. */
export const written: { readonly [Name in WriteOnlyOption]: Written<OptionInput<Name>> } = {
  IP_ADD_MEMBERSHIP: { value: group, again: 'EADDRINUSE' },
  IP_DROP_MEMBERSHIP: { first: { IP_ADD_MEMBERSHIP: group }, value: group, again: 'EADDRNOTAVAIL' },
  IP_ADD_SOURCE_MEMBERSHIP: { value: sourced, again: 'EADDRNOTAVAIL' },
  IP_DROP_SOURCE_MEMBERSHIP: { first: { IP_ADD_SOURCE_MEMBERSHIP: sourced }, value: sourced, again: 'EINVAL' },
  IP_BLOCK_SOURCE: { first: { IP_ADD_MEMBERSHIP: whole }, value: sourced, again: 'EADDRNOTAVAIL' },
  IP_UNBLOCK_SOURCE: {
    first: { IP_ADD_MEMBERSHIP: whole, IP_BLOCK_SOURCE: sourced },
    value: sourced,
    again: 'EADDRNOTAVAIL',
  },
  IPV6_PKTINFO: { value: Buffer.alloc(20), elsewhere: 'the kernel takes 20 bytes and no fewer' },
  IPV6_ADD_MEMBERSHIP: { value: group6, again: 'EADDRINUSE' },
  IPV6_DROP_MEMBERSHIP: { first: { IPV6_ADD_MEMBERSHIP: group6 }, value: group6, again: 'EADDRNOTAVAIL' },
  IPV6_JOIN_GROUP: { value: group6, again: 'EADDRINUSE' },
  IPV6_LEAVE_GROUP: { first: { IPV6_JOIN_GROUP: group6 }, value: group6, again: 'EADDRNOTAVAIL' },
  IPV6_JOIN_ANYCAST: { value: anycast, elsewhere: 'structures.test.ts', apart: 'no interface has its prefix' },
  IPV6_LEAVE_ANYCAST: { value: anycast, elsewhere: 'structures.test.ts', apart: 'the socket did not join it' },
  IP_IPSEC_POLICY: { value: policy('ipv4'), elsewhere: 'nowhere', apart: 'the kernel may lack PF_KEY' },
  IPV6_IPSEC_POLICY: { value: policy('ipv6'), elsewhere: 'nowhere', apart: 'the kernel may lack PF_KEY' },
  IP_XFRM_POLICY: { value: policy('ipv4'), root: true, kinds: ['tcp', 'udp', 'raw'], elsewhere: 'structures.test.ts' },
  IPV6_XFRM_POLICY: { value: policy('ipv6'), root: true, elsewhere: 'structures.test.ts' },
  SO_INQ: { value: true, since: [6, 17], elsewhere: 'messages.test.ts' },
  SO_BUSY_POLL_BUDGET: {
    value: 16,
    root: true,
    since: [5, 11],
    elsewhere: 'the kernel refuses more without privilege',
  },
  SO_CNX_ADVICE: { value: true, elsewhere: "the routing cache's own affair" },
  SO_DEVMEM_DONTNEED: {
    value: [{ start: 0, count: 1 }],
    since: [6, 12],
    elsewhere: 'the kernel takes whole tokens alone',
  },
  TCP_REPAIR_OPTIONS: { value: { timestamps: true }, elsewhere: 'repair.test.ts', apart: 'it is not in repair' },
  MCAST_JOIN_GROUP: { value: everySource, again: 'EADDRINUSE' },
  MCAST_LEAVE_GROUP: { first: { MCAST_JOIN_GROUP: everySource }, value: everySource, again: 'EADDRNOTAVAIL' },
  MCAST_JOIN_SOURCE_GROUP: { value: oneSource, again: 'EADDRNOTAVAIL' },
  MCAST_LEAVE_SOURCE_GROUP: { first: { MCAST_JOIN_SOURCE_GROUP: oneSource }, value: oneSource, again: 'EINVAL' },
  MCAST_BLOCK_SOURCE: { first: { MCAST_JOIN_GROUP: everySource }, value: oneSource, again: 'EADDRNOTAVAIL' },
  MCAST_UNBLOCK_SOURCE: {
    first: { MCAST_JOIN_GROUP: everySource, MCAST_BLOCK_SOURCE: oneSource },
    value: oneSource,
    again: 'EADDRNOTAVAIL',
  },
  MCAST_MSFILTER: {
    first: { MCAST_JOIN_GROUP: everySource },
    value: { ...everySource, mode: 'exclude', sources: ['127.0.0.9'] },
    elsewhere: 'the tests of getSourceFilter read it',
  },
  IP_MSFILTER: {
    first: { MCAST_JOIN_GROUP: everySource },
    value: { ...everySource, interface: '127.0.0.1', mode: 'exclude', sources: ['127.0.0.9'] },
    elsewhere: 'the tests of getSourceFilter read it',
  },
  SO_ATTACH_BPF: { value: closedFd, refused: 'EBADF' },
  SO_DETACH_FILTER: { first: { SO_ATTACH_FILTER: filter }, value: true, again: 'ENOENT', root: true },
  SO_DETACH_BPF: { first: { SO_ATTACH_FILTER: filter }, value: true, again: 'ENOENT', root: true },
  SO_ATTACH_REUSEPORT_CBPF: {
    first: { SO_REUSEPORT: true },
    value: filter,
    elsewhere: 'the tests of attachReuseportProgram see where connections go',
  },
  SO_ATTACH_REUSEPORT_EBPF: { value: closedFd, refused: 'EBADF' },
  SO_DETACH_REUSEPORT_BPF: {
    first: { SO_REUSEPORT: true, SO_ATTACH_REUSEPORT_CBPF: filter },
    value: true,
    again: 'ENOENT',
  },
  TCP_MD5SIG: { first: { TCP_MD5SIG: md5 }, value: { ...md5, key: '' }, again: 'ENOENT', kinds: ['tcp'] },
  TCP_MD5SIG_EXT: {
    first: { TCP_MD5SIG_EXT: { ...md5, prefixLength: 8 } },
    value: { ...md5, prefixLength: 8, key: '' },
    again: 'ENOENT',
    kinds: ['tcp'],
  },
  TCP_AO_ADD_KEY: { value: { ...aoName, key: 'secret' }, again: 'EEXIST', kinds: ['tcp'], beside: 'TCP_AO_INFO' },
  TCP_AO_DEL_KEY: {
    first: { TCP_AO_ADD_KEY: { ...aoName, key: 'secret' } },
    value: aoName,
    again: 'ENOENT',
    kinds: ['tcp'],
    beside: 'TCP_AO_INFO',
  },
  SO_RCVBUFFORCE: { value: 50_000_000, root: true, shows: ['SO_RCVBUF', 100_000_000] },
  SO_SNDBUFFORCE: { value: 50_000_000, root: true, shows: ['SO_SNDBUF', 100_000_000] },
}

/** Whether the running kernel is too old for an option that can only be set, and so cannot be asked. */
export function isTooNew(name: string): boolean {
  const { since } = (written as Partial<Record<string, Written>>)[name] ?? {}
  return since !== undefined && isOlderThan(since)
}

/** The names in that record. */
export const writtenNames = Object.keys(written) as (keyof typeof written & OptionName)[]
