import type { SocketLike } from '../handle.js'
import { type GroupSource, type Membership, setOption } from '../options/index.js'
import { validateObject } from '../validate.js'

/** A multicast group of either family, as a whole or for one source. */
export interface GroupMembership extends Membership {
  /** The address of the one sender to receive, of the group's family. @default every sender */
  source?: string
}

/**
 * Joins a multicast group on an interface, with IPv4 and IPv6 alike. A `source` makes the membership source-specific;
 * repeat it for more sources.
 *
 * @param membership the group, the interface by name, index or IPv4 address, and the source
 * @throws `ERR_INVALID_ARG_VALUE` for a group that is no multicast address; a system error of `if_nametoindex` or
 * `getifaddrs` (ENODEV) for an interface that does not exist, and of `setsockopt`: EADDRINUSE where the socket is a member
 * already (EADDRNOTAVAIL for a source), ENODEV without a route to the group, ENOBUFS beyond net.ipv4.igmp_max_memberships
 * @see RFC 3678, MCAST_JOIN_GROUP, MCAST_JOIN_SOURCE_GROUP
 */
export function joinGroup(target: SocketLike, membership: GroupMembership): void {
  validateObject(membership, 'membership')
  if (membership.source === undefined) setOption(target, 'MCAST_JOIN_GROUP', membership)
  else setOption(target, 'MCAST_JOIN_SOURCE_GROUP', membership as GroupSource)
}

/**
 * Leaves a multicast group, or with a `source` that source of it.
 *
 * @throws as `joinGroup`; EADDRNOTAVAIL where the socket is no member, EINVAL for a source of a group that it has not
 * @see RFC 3678, MCAST_LEAVE_GROUP, MCAST_LEAVE_SOURCE_GROUP
 */
export function leaveGroup(target: SocketLike, membership: GroupMembership): void {
  validateObject(membership, 'membership')
  if (membership.source === undefined) setOption(target, 'MCAST_LEAVE_GROUP', membership)
  else setOption(target, 'MCAST_LEAVE_SOURCE_GROUP', membership as GroupSource)
}

/**
 * Stops what one sender sends to a group that was joined as a whole.
 *
 * @throws as `joinGroup`; EADDRNOTAVAIL where it is stopped already, EINVAL where the group is not joined
 * @see RFC 3678, MCAST_BLOCK_SOURCE
 */
export function blockSource(target: SocketLike, source: GroupSource): void {
  setOption(target, 'MCAST_BLOCK_SOURCE', source)
}

/**
 * Lets a sender through again that `blockSource` stopped.
 *
 * @throws as `joinGroup`; EADDRNOTAVAIL where it is not stopped
 * @see RFC 3678, MCAST_UNBLOCK_SOURCE
 */
export function unblockSource(target: SocketLike, source: GroupSource): void {
  setOption(target, 'MCAST_UNBLOCK_SOURCE', source)
}
