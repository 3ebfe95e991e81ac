import dgram from 'node:dgram'
import { EventEmitter, once } from 'node:events'
import net from 'node:net'
import type { SystemError } from '../errors.js'
import { adoptListener } from '../handle/adopt.js'
import { setOptions } from '../options/index.js'
import { BareSocket } from '../sockets/index.js'

/** How a socket is made that contends for a port. */
export interface ContenderPlan {
  readonly protocol: 'tcp' | 'udp'
  readonly family: 'ipv4' | 'ipv6'
  readonly reuse: Reuse
  /** Whether an IPv6 socket leaves IPv4 alone. */
  readonly ipv6Only: boolean
  readonly address: string
}

/** Which reuse options a socket has: neither, SO_REUSEADDR, SO_REUSEPORT, or both. */
export type Reuse = 'none' | 'address' | 'port' | 'both'

/** What a bind or listen came to: 'ok', or the name of its error. */
export type Outcome = string

/** How far a socket got: whether it could bind, and whether it could listen (null where it did not try). */
export interface Contention {
  readonly bind: Outcome
  readonly listen: Outcome | null
}

/** One of two sockets that contend for a port; emits 'received' for each connection or datagram that it gets. */
export class Contender extends EventEmitter<{ received: [] }> {
  readonly #plan: ContenderPlan
  readonly #socket: BareSocket
  #receiver: net.Server | dgram.Socket | undefined

  constructor(plan: ContenderPlan) {
    super()
    this.#plan = plan
    this.#socket = new BareSocket(plan.family, plan.protocol === 'tcp' ? 'stream' : 'datagram')
    try {
      setOptions(this.#socket, {
        SO_REUSEADDR: plan.reuse === 'address' || plan.reuse === 'both',
        SO_REUSEPORT: plan.reuse === 'port' || plan.reuse === 'both',
        IPV6_V6ONLY: plan.family === 'ipv6' ? plan.ipv6Only : undefined,
      })
    } catch (error) {
      this.#socket.close()
      throw error
    }
  }

  bind(port: number): Outcome {
    return outcomeOf(() => this.#socket.bind({ address: this.#plan.address, port }))
  }

  listen(): Outcome {
    return outcomeOf(() => this.#socket.listen())
  }

  /** Binds, listens and receives: as far as it gets. */
  async contend(port: number): Promise<Contention> {
    const bind = this.bind(port)
    const listen = bind === 'ok' && this.#plan.protocol === 'tcp' ? this.listen() : null
    if (bind === 'ok' && (listen ?? 'ok') === 'ok') await this.receive()
    return { bind, listen }
  }

  /** Receives from now on. The socket is bound, and listens if it is a TCP socket. */
  async receive(): Promise<void> {
    this.#receiver = await (this.#plan.protocol === 'tcp' ? this.#accept() : this.#open())
  }

  async #accept(): Promise<net.Server> {
    const server = net.createServer((socket) => {
      this.emit('received')
      socket.on('error', () => {}).resetAndDestroy()
    })
    const listening = once(server, 'listening')
    adoptListener(server, this.#socket, 511)
    await listening
    return server
  }

  async #open(): Promise<dgram.Socket> {
    const socket = dgram.createSocket(this.#plan.family === 'ipv4' ? 'udp4' : 'udp6')
    socket.on('message', () => this.emit('received'))
    const listening = once(socket, 'listening')
    // Both sockets are bound by now: the SO_REUSEADDR that Node turns on comes too late to matter.
    socket.bind({ fd: this.#socket.fd, exclusive: true })
    this.#socket.detach()
    await listening
    return socket
  }

  async close(): Promise<void> {
    this.#socket.close()
    if (!this.#receiver) return
    const closed = once(this.#receiver, 'close')
    this.#receiver.close()
    await closed
  }
}

function outcomeOf(call: () => void): Outcome {
  try {
    call()
    return 'ok'
  } catch (error) {
    return (error as SystemError).code
  }
}
