import type { OptionInput, OptionName, ReadableOption, SocketOptions } from '../../lib/index.js'
import type { WriteOnlyOption } from './kinds.js'

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
  /** or where else it is shown. */
  readonly elsewhere?: string
}

const group = { group: '239.83.67.1', interface: 'lo' }
const sourced = { group: '239.83.67.2', source: '127.0.0.9', interface: '127.0.0.1' }
const whole = { group: sourced.group, interface: '127.0.0.1' }
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
  SO_RCVBUFFORCE: { value: 50_000_000, root: true, shows: ['SO_RCVBUF', 100_000_000] },
  SO_SNDBUFFORCE: { value: 50_000_000, root: true, shows: ['SO_SNDBUF', 100_000_000] },
}

/** The names in that record. */
export const writtenNames = Object.keys(written) as (keyof typeof written & OptionName)[]
