import { fstatSync } from 'node:fs'
import { errorName } from '../errors.js'
import { native } from '../native.js'
import { getOption } from '../options/index.js'
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

/** Duplicates a socket of a process. Returns a descriptor or a negated errno. */
function duplicate({ pid, fd }: SocketOwner): number {
  const process = native.openProcess(pid)
  if (process < 0) return process
  const copy = native.getProcessDescriptor(process, fd)
  native.close(process)
  return copy
}

/** Reads the options through the descriptor of one process. */
function readThrough(owner: SocketOwner, inode: number): ReuseFlags {
  const fd = duplicate(owner)
  if (fd < 0) return unknown(`pidfd_getfd of process ${owner.pid}: ${errorName(fd)}`)
  try {
    if (fstatSync(fd).ino !== inode) return unknown(`process ${owner.pid} has closed it meanwhile`)
    return { reuseAddress: getOption(fd, 'SO_REUSEADDR'), reusePort: getOption(fd, 'SO_REUSEPORT') }
  } finally {
    native.close(fd)
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
