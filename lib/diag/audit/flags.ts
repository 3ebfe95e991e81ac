import type { SystemError } from '../../errors.js'
import { getOption } from '../../options/index.js'
import { type BorrowedSocket, openProcessSocket } from '../borrowed.js'
import type { InternetEntry } from '../entry.js'

/** The options of a socket that decide who else may have its port. */
export interface Flags {
  /** SO_REUSEADDR. */
  readonly reuseAddress: boolean
  /** SO_REUSEPORT. */
  readonly reusePort: boolean
  /** Whether it is an IPv6 socket that takes IPv4 too: IPV6_V6ONLY is off. */
  readonly isDual: boolean
}

const refusals: Readonly<Record<string, string>> = {
  EPERM: 'its process may not be traced: another user has it, or Yama forbids it (kernel.yama.ptrace_scope)',
  EACCES: 'its process may not be traced',
  ERR_SOCKCTL_UNSUPPORTED: 'this kernel has no pidfd_getfd(2), which takes Linux 5.6',
}

const gone = 'its process closed it meanwhile'

function refusalOf({ code, message }: SystemError): string {
  if (['ESRCH', 'EBADF', 'ENOTSOCK'].includes(code)) return gone
  return refusals[code] ?? message
}

function read(socket: BorrowedSocket, { family }: InternetEntry): Flags {
  return {
    reuseAddress: getOption(socket, 'SO_REUSEADDR'),
    reusePort: getOption(socket, 'SO_REUSEPORT'),
    isDual: family === 'ipv6' && !getOption(socket, 'IPV6_V6ONLY'),
  }
}

/** Whether it is the socket that was listed: the descriptor's number may stand for another one by now. */
function isSame(socket: BorrowedSocket, { cookie }: InternetEntry): boolean {
  return cookie === undefined || getOption(socket, 'SO_COOKIE') === BigInt.asUintN(64, BigInt(cookie))
}

function readThrough(pid: number, fd: number, entry: InternetEntry): Flags | string {
  let socket: BorrowedSocket | undefined
  try {
    socket = openProcessSocket(pid, fd)
    return isSame(socket, entry) ? read(socket, entry) : gone
  } catch (error) {
    return refusalOf(error as SystemError)
  } finally {
    socket?.close()
  }
}

/**
 * Reads the reuse options of a socket through the descriptor that a process has of it, since sock_diag does not tell them.
 *
 * @returns why they could not be read, where they could not
 */
export function flagsOf(entry: InternetEntry): Flags | string {
  let reason = entry.ownersComplete
    ? 'no process that can be seen from here has it open'
    : 'its process may not be looked into'
  for (const { pid, fd } of entry.owners ?? []) {
    const found = readThrough(pid, fd, entry)
    if (typeof found !== 'string') return found
    reason = found
  }
  return reason
}
