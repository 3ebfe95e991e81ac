import { systemError } from '../errors.js'
import { native } from '../native.js'

/** A network namespace of one's own: nothing in it but a loopback interface, and nobody else. */
export class NetworkNamespace implements Disposable {
  readonly #home: number
  readonly #own: number

  private constructor(home: number, own: number) {
    this.#home = home
    this.#own = own
  }

  /** Makes one; undefined where this user may not (it takes CAP_SYS_ADMIN) or this system cannot. */
  static create(): NetworkNamespace | undefined {
    const home = native.networkNamespace()
    if (home < 0) return undefined
    const own = native.createNetworkNamespace()
    if (own >= 0) return new NetworkNamespace(home, own)
    native.close(home)
    return undefined
  }

  /**
   * Runs a function whose new sockets and child processes are to be in the namespace. Where a socket was made, there it
   * stays; so the function must not wait, and everything else of this process stays where it is.
   */
  run<Result>(make: () => Result): Result {
    move(this.#own)
    try {
      return make()
    } finally {
      move(this.#home)
    }
  }

  [Symbol.dispose](): void {
    native.close(this.#own)
    native.close(this.#home)
  }
}

function move(fd: number): void {
  const errno = native.setNetworkNamespace(fd)
  if (errno < 0) throw systemError(errno, 'setns')
}
