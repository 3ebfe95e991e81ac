import { readFileSync } from 'node:fs'
import { codedError } from '../errors.js'
import type { SocketLike } from '../handle.js'
import { native } from '../native.js'
import { getOption } from '../options/index.js'

const closed = -1

/**
 * The process at the other end of a Unix socket, held by a descriptor (pidfd_open(2)): while that is open, the number of
 * the process cannot come to mean another one unnoticed. It owns the descriptor until `close`; a worker that ends closes
 * those that it still owns.
 */
export class PeerProcess implements Disposable {
  #fd: number

  /** Takes a descriptor over. */
  constructor(fd: number) {
    this.#fd = fd
  }

  /** The descriptor, -1 once it is closed. */
  get fd(): number {
    return this.#fd
  }

  /**
   * The number of the process in this process's own namespace; undefined once it has ended and its parent has taken note
   * of that, or where the namespace does not show it. Read before and after a look at `/proc/<pid>`, two equal numbers
   * mean that it was a look at the peer.
   *
   * @throws `ERR_SOCKET_CLOSED` after `close`
   * @see proc(5), /proc/pid/fdinfo
   */
  get pid(): number | undefined {
    if (this.#fd === closed) throw codedError('ERR_SOCKET_CLOSED', 'The descriptor of the process is closed')
    const text = readFileSync(`/proc/self/fdinfo/${this.#fd}`, 'latin1')
    const pid = Number(/^Pid:\s*(-?\d+)$/m.exec(text)?.[1])
    return pid > 0 ? pid : undefined
  }

  /** Closes the descriptor. Closing twice does nothing. */
  close(): void {
    if (this.#fd === closed) return
    native.close(this.#fd)
    this.#fd = closed
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

/**
 * The process at the other end of a Unix socket, as it was when it called connect(2), listen(2) or socketpair(2).
 *
 * @throws `ERR_SOCKCTL_UNSUPPORTED` before Linux 6.5; a system error of `getsockopt`: ENODATA for a socket that is no
 * connected Unix socket, ESRCH for a peer that has ended, where the kernel did not keep it
 * @see SO_PEERPIDFD
 */
export function peerProcess(target: SocketLike): PeerProcess {
  const fd = getOption(target, 'SO_PEERPIDFD')
  // With that it is closed together with its worker.
  native.own(fd)
  return new PeerProcess(fd)
}
