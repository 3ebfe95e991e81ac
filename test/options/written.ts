import type { OptionInput, OptionName, ReadableOption, SocketKind, SocketOptions } from '../../lib/index.js'
import { isOlderThan, type Release, type WriteOnlyOption } from './kinds.js'

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
  /** or where else it is shown. */
  readonly elsewhere?: string
  /** The Linux that it came with, where that is newer than 5.4. */
  readonly since?: Release
  /** Why a new socket does not take it. */
  readonly apart?: string
}

const group = { group: '239.83.67.1', interface: 'lo' }
const sourced = { group: '239.83.67.2', source: '127.0.0.9', interface: '127.0.0.1' }
const whole = { group: sourced.group, interface: '127.0.0.1' }
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
