import { pid as ownPid } from 'node:process'
import { codedError, errnoOf, type SystemError, systemError, unsupported } from '../errors.js'
import { native } from '../native.js'
import { getOption } from '../options/index.js'
import type { SocketAddress } from '../sockaddr.js'
import { localAddressOf, peerAddressOf } from '../sockets/address.js'
import { maxInt32, validateInteger } from '../validate.js'

const closed = -1

function fail(errno: number, syscall: string): never {
  if (errno !== errnoOf('ENOSYS')) throw systemError(errno, syscall)
  throw unsupported(`${syscall}() takes Linux 5.6 or later`, { errno, syscall })
}

/** Duplicates a descriptor of this process, which takes no right to trace: containers refuse pidfd_getfd(2) to all. */
function borrowOwn(fd: number): number {
  const duplicate = native.dup(fd)
  if (duplicate < 0) fail(duplicate, 'dup')
  return duplicate
}

/** Duplicates a descriptor of a process. */
function borrow(pid: number, fd: number): number {
  if (pid === ownPid) return borrowOwn(fd)
  const process = native.openProcess(pid)
  if (process < 0) fail(process, 'pidfd_open')
  try {
    const duplicate = native.getProcessDescriptor(process, fd)
    if (duplicate < 0) fail(duplicate, 'pidfd_getfd')
    return duplicate
  } finally {
    native.close(process)
  }
}

/**
 * A socket of another process, to look at and to set options on: it goes wherever sockctl takes a socket's `fd`. It holds
 * a duplicate of the process's descriptor, close-on-exec, and has no way to read, write, listen or shut down.
 *
 * Closing it takes nothing from the process. While it is open the socket stays open too, though: where the process has
 * closed its own meanwhile, this close is the last and ends the connection as the socket's SO_LINGER says, which with
 * `{ on: true, seconds: 0 }` is a reset. So hold it no longer than it takes, and set SO_LINGER only to decide how the
 * process's own close ends the connection.
 */
export class BorrowedSocket implements Disposable {
  /** The process whose socket it is. */
  readonly pid: number
  #fd: number

  /** Does what `openProcessSocket` says. */
  constructor(pid: number, fd: number) {
    this.pid = pid
    this.#fd = borrow(pid, fd)
    try {
      getOption(this, 'SO_TYPE')
    } catch (error) {
      this.close()
      const { errno, syscall } = error as SystemError
      // It is not about the option that was asked for.
      throw systemError(errno, syscall, { address: `/proc/${pid}/fd/${fd}` })
    }
  }

  /** The descriptor in this process, -1 once it is closed. */
  get fd(): number {
    return this.#fd
  }

  #open(): number {
    if (this.#fd === closed) throw codedError('ERR_SOCKET_CLOSED', 'Socket is closed: the duplicate was closed')
    return this.#fd
  }

  /**
   * The address that the socket is bound to.
   *
   * @see getsockname(2)
   */
  address(): SocketAddress {
    return localAddressOf(this.#open())
  }

  /**
   * The address that the socket is connected to, undefined while it is not.
   *
   * @see getpeername(2)
   */
  peerAddress(): SocketAddress | undefined {
    return peerAddressOf(this.#open())
  }

  /** Closes the duplicate. Closing it again does nothing. */
  close(): void {
    if (this.#fd === closed) return
    const errno = native.close(this.#fd)
    this.#fd = closed
    if (errno < 0) throw systemError(errno, 'close')
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

/**
 * Opens a socket of a running process, by the descriptor that it has there; `sockets` with `processes: true` lists both.
 * It takes the right to trace the process (PTRACE_MODE_ATTACH_REALCREDS): the same user's at least, where Yama does not
 * ask for more (kernel.yama.ptrace_scope), or CAP_SYS_PTRACE. Of this very process it takes nothing.
 *
 * @param pid the process, as this process's namespace numbers it
 * @param fd the descriptor in that process
 * @throws ESRCH for a process that does not exist, EPERM for one that may not be traced, EBADF for a descriptor that is
 * not open there, ENOTSOCK for one that is no socket; `ERR_SOCKCTL_UNSUPPORTED` before Linux 5.6
 * @see pidfd_open(2), pidfd_getfd(2), ptrace(2)
 */
export function openProcessSocket(pid: number, fd: number): BorrowedSocket {
  validateInteger(pid, 'pid', 1, maxInt32)
  validateInteger(fd, 'fd', 0, maxInt32)
  return new BorrowedSocket(pid, fd)
}
