import { systemError } from '../errors.js'
import { openFd } from '../handle.js'
import { native } from '../native.js'
import type { SocketAddress } from '../sockaddr.js'
import { localAddressOf } from './address.js'

const closed = -1

/** A socket that owns one descriptor until `close` or `detach`, and has nothing to do with the event loop. */
export abstract class OwnedSocket implements Disposable {
  #fd: number

  /** Takes over a descriptor that the addon owns. */
  constructor(fd: number) {
    this.#fd = fd
  }

  /** The descriptor, -1 once it is closed or given away. */
  get fd(): number {
    return this.#fd
  }

  /**
   * The address that the socket is bound to.
   *
   * @see getsockname(2)
   */
  address(): SocketAddress {
    return localAddressOf(openFd(this.#fd))
  }

  /**
   * Closes this process's descriptor; whoever else has one of the same socket keeps it. Closing twice does nothing.
   *
   * @see close(2)
   */
  close(): void {
    if (this.#fd === closed) return
    const errno = native.close(this.#fd)
    this.#fd = closed
    if (errno < 0) throw systemError(errno, 'close')
  }

  /** Gives the descriptor to the caller, who closes it from now on. */
  detach(): number {
    const fd = openFd(this.#fd)
    native.release(fd)
    this.#fd = closed
    return fd
  }

  [Symbol.dispose](): void {
    this.close()
  }
}
