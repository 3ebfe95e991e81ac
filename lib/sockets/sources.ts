import { fdOf, type SocketLike } from '../handle.js'
import { native } from '../native.js'
import { levelOfGroup } from '../options/groups.js'
import { type Membership, type SourceFilter, setOption } from '../options/index.js'
import { levelNumber, optionError, rowOf } from '../options/row.js'
import { decodeFilter, requestFilter } from '../options/sourcefilter.js'

const option = 'MCAST_MSFILTER'
/** As many as the kernel takes by default (net.ipv6.mld_max_msf). */
const usualRoom = 64

/**
 * Which sources of a multicast group a socket receives: those that it includes, or all but those that it excludes.
 *
 * @throws as `joinGroup`; EADDRNOTAVAIL where the group is not joined on that interface
 * @see RFC 3678, MCAST_MSFILTER
 */
export function getSourceFilter(
  target: SocketLike,
  membership: Membership,
): Required<Pick<SourceFilter, 'mode' | 'sources'>> {
  return readFilter(fdOf(target), membership, usualRoom)
}

function readFilter(fd: number, membership: Membership, room: number): Pick<SourceFilter, 'mode' | 'sources'> {
  const bytes = requestFilter(membership, 'membership', room)
  const length = native.getsockopt(fd, levelNumber(levelOfGroup(bytes)), rowOf(option).number, bytes)
  if (length < 0) throw optionError(length, 'getsockopt', option)
  const { count, mode, sources } = decodeFilter(bytes)
  return count > room ? readFilter(fd, membership, count) : { mode, sources }
}

/**
 * Replaces which sources of a group a socket receives, all at once. An empty list of included sources leaves the group.
 *
 * @throws as `joinGroup`; EINVAL where the group is not joined, ENOBUFS for more sources than the system allows
 * (net.ipv4.igmp_max_msf, net.ipv6.mld_max_msf)
 * @see RFC 3678, MCAST_MSFILTER
 */
export function setSourceFilter(target: SocketLike, filter: SourceFilter): void {
  setOption(target, option, filter)
}
