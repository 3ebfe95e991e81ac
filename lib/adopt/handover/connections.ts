import type net from 'node:net'

/** The side of an HTTP response that says how the connection goes on. */
interface Answer {
  readonly headersSent: boolean
  setHeader(name: string, value: string): unknown
  once(event: 'close', listener: () => void): unknown
}

/** An HTTP/2 session. */
interface Session {
  close(): void
  once(event: 'close', listener: () => void): unknown
}

/** Adds a thing to a set until it closes. */
function keep<Thing extends { once(event: 'close', listener: () => void): unknown }>(
  set: Set<Thing>,
  thing: Thing,
): void {
  set.add(thing)
  thing.once('close', () => set.delete(thing))
}

/** The connections of a server of `net`, `tls`, `http`, `https` or `http2`, and how to tell their peers to go. */
export class Connections {
  readonly #sockets = new Set<net.Socket>()
  readonly #answers = new Set<Answer>()
  readonly #sessions = new Set<Session>()
  #leaving = false
  #wake = () => {}

  /** Watches a server, from before it listens. */
  constructor(server: net.Server) {
    server.prependListener('connection', (socket) => {
      keep(this.#sockets, socket)
      socket.once('close', () => this.#wake())
    })
    server.on('session', (session: Session) => {
      keep(this.#sessions, session)
      if (this.#leaving) session.close()
    })
    server.prependListener('request', ({ httpVersionMajor }: { httpVersionMajor: number }, answer: Answer) => {
      // HTTP/2 says it once for all, with GOAWAY.
      if (httpVersionMajor !== 1) return
      keep(this.#answers, answer)
      if (this.#leaving) answer.setHeader('connection', 'close')
    })
  }

  /** How many there are. */
  get size(): number {
    return this.#sockets.size
  }

  /** Tells the peers to go with the next answer, and HTTP/2's at once. */
  tellToGo(): void {
    this.#leaving = true
    for (const answer of this.#answers) if (!answer.headersSent) answer.setHeader('connection', 'close')
    for (const session of this.#sessions) session.close()
  }

  /** Takes that back, for those that are still there. */
  stay(): void {
    this.#leaving = false
  }

  /** Waits until all are closed, or the signal fires. */
  async gone(signal: AbortSignal): Promise<void> {
    const wake = () => this.#wake()
    signal.addEventListener('abort', wake, { once: true })
    while (this.size > 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    signal.removeEventListener('abort', wake)
  }

  /** Ends those that are left; gives how many there were. */
  cut(): number {
    const { size } = this
    for (const socket of this.#sockets) socket.destroy()
    return size
  }
}
