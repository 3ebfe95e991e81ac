import { BareSocket } from '../sockets/index.js'
import { Contender, type ContenderPlan, type Contention } from './contender.js'
import { NetworkNamespace } from './namespace.js'
import { Stranger } from './stranger.js'
import type { Receiving } from './traffic.js'

/** The user whose process makes the second socket of the other-user cases: `nobody`. */
const otherUser = 65534

/** The second socket, wherever it is. */
export interface Second {
  readonly contention: Contention
  readonly receiving: Receiving
  close(): Promise<void>
}

/** Where sockets contend: a network namespace of one's own where the system allows it, this process's otherwise. */
export class Arena {
  readonly #namespace = NetworkNamespace.create()
  #stranger: Stranger | undefined
  #lastPort = 20000

  /** Makes sockets or processes in the arena's network. */
  run<Made>(make: () => Made): Made {
    return this.#namespace ? this.#namespace.run(make) : make()
  }

  /** A port that nobody uses: in a namespace of one's own the next one, elsewhere one that the kernel gives out. */
  unusedPort(protocol: 'tcp' | 'udp'): number {
    if (this.#namespace) return ++this.#lastPort
    const socket = new BareSocket('ipv4', protocol === 'tcp' ? 'stream' : 'datagram')
    try {
      socket.bind()
      return socket.address().port ?? 0
    } finally {
      socket.close()
    }
  }

  /** Opens the second socket in this process. */
  async openOwn(plan: ContenderPlan, port: number): Promise<Second> {
    const contender = this.run(() => new Contender(plan))
    try {
      const contention = await contender.contend(port)
      return { contention, receiving: contender, close: () => contender.close() }
    } catch (error) {
      await contender.close()
      throw error
    }
  }

  /** Opens the second socket in a process of another user, which takes root. */
  async openStranger(plan: ContenderPlan, port: number): Promise<Second> {
    this.#stranger ??= this.run(() => new Stranger(otherUser))
    const stranger = this.#stranger
    await stranger.ready()
    const contention = await stranger.contend(plan, port)
    return { contention, receiving: stranger, close: () => stranger.close() }
  }

  async end(): Promise<void> {
    await this.#stranger?.end()
    this.#namespace?.[Symbol.dispose]()
  }
}
