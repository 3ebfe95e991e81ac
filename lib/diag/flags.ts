import { fstatSync } from 'node:fs'
import type { SystemError } from '../errors.js'
import { getOption } from '../options/index.js'
import { openProcessSocket } from './borrowed.js'
import type { SocketEntry, SocketOwner } from './entry.js'
import type { Known } from './rules.js'

/** The reuse options of a socket, and why they are unknown where they are. */
export interface ReuseFlags {
  readonly reuseAddress: Known
  readonly reusePort: Known
  /** Why they could not be read; undefined where they could. */
  readonly reason?: string
}

function unknown(reason: string): ReuseFlags {
  return { reuseAddress: 'unknown', reusePort: 'unknown', reason }
}

/** Reads the options through the descriptor of one process. */
function readThrough({ pid, fd }: SocketOwner, inode: number): ReuseFlags {
  try {
    using socket = openProcessSocket(pid, fd)
    if (fstatSync(socket.fd).ino !== inode) return unknown(`process ${pid} has closed it meanwhile`)
    return { reuseAddress: getOption(socket, 'SO_REUSEADDR'), reusePort: getOption(socket, 'SO_REUSEPORT') }
  } catch (error) {
    const { code, syscall } = error as SystemError
    return unknown(`${syscall} of process ${pid}: ${code}`)
  }
}

/**
 * Reads SO_REUSEADDR and SO_REUSEPORT of a socket that some process has open, through a duplicate of its descriptor that
 * is closed at once. sock_diag does not tell them. Another user's process takes CAP_SYS_PTRACE, and one's own may be
 * closed to it too, by Yama. Of a remnant nobody can read them.
 *
 * @param entry a socket as `sockets` lists it with `processes`
 * @see pidfd_getfd(2), ptrace(2)
 */
export function reuseFlags({ inode, owners = [], state }: SocketEntry): ReuseFlags {
  if (inode === 0) return unknown(`the kernel keeps them with the ${state} socket and shows them to nobody`)
  let last = unknown('no process is seen to have it open')
  for (const owner of owners) {
    last = readThrough(owner, inode)
    if (last.reason === undefined) break
  }
  return last
}
