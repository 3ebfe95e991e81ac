import { execFileSync } from 'node:child_process'
import { BareSocket } from '../../../lib/index.js'
import { native } from '../../../lib/native.js'
import { encodeAddress } from '../../../lib/sockaddr.js'

/** The addresses of the two ends. */
export const addresses = { here: '10.99.0.1', there: '10.99.0.2' } as const

function ip(...words: string[]): void {
  execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] })
}

function move(fd: number): void {
  const errno = native.setNetworkNamespace(fd)
  if (errno < 0) throw new Error(`setns failed with ${errno}`)
}

/** Two network namespaces and a cable between them; this thread is in one of them until the end. */
export class Cable implements Disposable {
  readonly #home = native.networkNamespace()
  readonly #here = native.createNetworkNamespace()
  readonly #there = native.createNetworkNamespace()

  constructor() {
    move(this.#there)
    ip('link', 'set', 'lo', 'up')
    move(this.#here)
    ip(
      'link',
      'add',
      'here',
      'type',
      'veth',
      'peer',
      'name',
      'there',
      'netns',
      `/proc/${process.pid}/fd/${this.#there}`,
    )
    ip('address', 'add', `${addresses.here}/24`, 'dev', 'here')
    ip('link', 'set', 'here', 'up')
    this.there(() => {
      ip('address', 'add', `${addresses.there}/24`, 'dev', 'there')
      ip('link', 'set', 'there', 'up')
    })
  }

  /** Runs a function, which must not wait, at the other end. */
  there<Result>(run: () => Result): Result {
    move(this.#there)
    try {
      return run()
    } finally {
      move(this.#here)
    }
  }

  /** Connects a socket at the other end to a port at this one. */
  dial(port: number): BareSocket {
    return this.there(() => {
      const socket = new BareSocket('ipv4')
      native.connect(socket.fd, encodeAddress('ipv4', { address: addresses.here, port }))
      return socket
    })
  }

  /** Takes the other end's interface down: what is sent gets lost, and nobody is told. */
  cut(): void {
    this.there(() => ip('link', 'set', 'there', 'down'))
  }

  mend(): void {
    this.there(() => ip('link', 'set', 'there', 'up'))
  }

  [Symbol.dispose](): void {
    move(this.#home)
    for (const fd of [this.#here, this.#there, this.#home]) native.close(fd)
  }
}

/** Whether this user may make such namespaces. */
export function canLayCable(): boolean {
  try {
    new Cable()[Symbol.dispose]()
    return true
  } catch {
    return false
  }
}
