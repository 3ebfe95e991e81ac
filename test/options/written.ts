import type { OptionInput, OptionName, ReadableOption, SocketKind, SocketOptions } from '../../lib/index.js'
import { closedFd, type WriteOnlyOption } from './kinds.js'

/** A value for an option that cannot be read, and how it shows that setting it did something. */
export interface Written<Input = unknown> {
  /** What has to be set before. */
  readonly first?: SocketOptions
  readonly value: Input
  readonly root?: true
  /** The error of setting it a second time, */
  readonly again?: string
  /** or another option with what that one reads then. */
  readonly shows?: readonly [ReadableOption, unknown]
  /** or the error of setting it, where nothing that it takes can be had here, */
  readonly refused?: string
  /** or where else it is shown. */
  readonly elsewhere?: string
  /** The kinds of socket that the value is for, where that is not all of them. */
  readonly kinds?: readonly SocketKind[]
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

/** The names in that record. */
export const writtenNames = Object.keys(written) as (keyof typeof written & OptionName)[]
