import net from 'node:net'
import { type ListenOptions, listen, setOption } from '../../lib/index.js'
import { native } from '../../lib/native.js'
import { encodeAddress } from '../../lib/sockaddr.js'
import { BareSocket } from '../../lib/sockets/index.js'
import { closed } from '../support.js'

/** A listener of a group that tells each client its name. */
export async function startMember(name: string, options: ListenOptions): Promise<net.Server> {
  const server = net.createServer((socket) => socket.on('error', () => {}).end(name))
  return listen(server, { reusePort: true, ...options })
}

/** Where clients connect to. */
export type Destination = { host: string; port: number } | { path: string }

/** Clients that connect again and again, several at a time, each to be told the name of a listener. */
export class Clients {
  readonly #destination: Destination
  readonly #loops: Promise<void>[]
  #running = true
  #answers = new Map<string, number>()

  constructor(destination: Destination, count: number) {
    this.#destination = destination
    this.#loops = Array.from({ length: count }, () => this.#loop())
  }

  async #loop(): Promise<void> {
    while (this.#running) {
      const answers = this.#answers
      const client = net.connect(this.#destination)
      let answer = ''
      client.on('data', (data) => {
        answer += data
      })
      client.on('error', ({ code }: NodeJS.ErrnoException) => {
        answer = String(code)
      })
      await closed(client)
      answers.set(answer || 'nothing', (answers.get(answer) ?? 0) + 1)
    }
  }

  /** Forgets what those were told who have connected so far. */
  forget(): void {
    this.#answers = new Map()
  }

  /** Waits until they were told something so many times more. */
  async told(count: number): Promise<void> {
    const all = () => [...this.#answers.values()].reduce((sum, one) => sum + one, 0)
    const goal = all() + count
    while (all() < goal) await new Promise((resolve) => setImmediate(resolve))
  }

  /** Ends them, and gives the names and the codes of errors that they were told. */
  async stop(): Promise<string[]> {
    this.#running = false
    await Promise.all(this.#loops)
    return [...this.#answers.keys()].sort()
  }
}

/**
 * A client whose handshake does not end: it drops each answer that was not sent with the largest hop limit.
 */
export class HalfOpen implements Disposable {
  readonly #socket = new BareSocket('ipv4')

  constructor(port: number) {
    setOption(this.#socket, 'IP_MINTTL', 255)
    native.connect(this.#socket.fd, encodeAddress('ipv4', { address: '127.0.0.1', port }))
  }

  /** Takes the next answer, which comes within a second or two. */
  goOn(): void {
    setOption(this.#socket, 'IP_MINTTL', 0)
  }

  [Symbol.dispose](): void {
    this.#socket.abort()
  }
}
