import { endianness } from 'node:os'
import { errnoOf, systemError } from '../errors.js'
import { fdOf, type SocketLike } from '../handle.js'
import { native } from '../native.js'
import { type Credentials, getOption } from '../options/index.js'

/** Who is at the other end of a Unix socket, with the groups that it was in beside its own. */
export interface PeerCredentials extends Credentials {
  /** The supplementary groups, in no order. */
  groups: number[]
}

const little = endianness() === 'LE'
const solSocket = 1
const peerGroups = 59
const tooSmall = errnoOf('ERANGE')
/** What nearly everybody has room in, and the most that Linux gives a process (NGROUPS_MAX). */
const rooms = [256, 65536]

function readGroups(fd: number): number[] {
  let result = tooSmall
  let bytes = new Uint8Array(0)
  for (const room of rooms) {
    if (result !== tooSmall) break
    bytes = new Uint8Array(room * 4)
    result = native.getsockopt(fd, solSocket, peerGroups, bytes)
  }
  if (result < 0) {
    const error = systemError(result, 'getsockopt', { option: 'SO_PEERGROUPS' })
    if (error.code === 'ENODATA') error.message += ': it is no connected Unix socket'
    throw error
  }
  const view = new DataView(bytes.buffer)
  return Array.from({ length: result / 4 }, (_, index) => view.getUint32(index * 4, little))
}

/**
 * Who is at the other end of a Unix socket: process, user, group and supplementary groups, as they were when it called
 * connect(2), listen(2) or socketpair(2). Since then the process may have changed its user or be gone, with its number
 * given to another one: `peerProcess()` tells.
 *
 * @throws a system error of `getsockopt`: ENODATA for a socket that is no connected Unix socket
 * @see unix(7), SO_PEERCRED, SO_PEERGROUPS
 */
export function peerCredentials(target: SocketLike): PeerCredentials {
  const fd = fdOf(target)
  const groups = readGroups(fd)
  return { ...getOption(fd, 'SO_PEERCRED'), groups }
}
