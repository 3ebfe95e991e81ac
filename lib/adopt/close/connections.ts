import { setMaxListeners } from 'node:events'
import net from 'node:net'
import { abortError, invalidArgType } from '../../errors.js'
import { Goodbye } from './goodbye.js'
import { awaitHandshake, type Handshake, Handshakes } from './handshakes.js'
import type { CloseReport } from './report.js'
import { type CloseAfterPeerOptions, type CloseRequest, checkCloseOptions } from './request.js'
import { closeInTurn } from './turns.js'

/** How to close the connections of a server. */
export interface CloseConnectionsOptions extends CloseAfterPeerOptions {
  /** Called with the report of each connection as it ends. */
  onReport?: ((report: CloseReport) => void) | undefined
}

/** A call that closes connections, for as long as there are any. */
interface Run {
  /** Adds one to what it waits for. */
  begin(one: Promise<void>): void
  connection(socket: net.Socket): Promise<void>
  handshake(handshake: Handshake): Promise<void>
}

/** Whether the server reads its connections itself: one of HTTP/1 or HTTP/2. */
function readsItself(server: net.Server): boolean {
  return 'closeIdleConnections' in server || 'updateSettings' in server
}

function isSecure(server: net.Server): boolean {
  return 'setSecureContext' in server
}

/** A controller that a signal fires, and whose own signal many may listen to: Node 20 takes that for a leak. */
class Relay extends AbortController implements Disposable {
  readonly #source: AbortSignal | undefined
  readonly #fire = () => this.abort(this.#source?.reason)

  constructor(source: AbortSignal | undefined) {
    super()
    this.#source = source
    setMaxListeners(0, this.signal)
    source?.addEventListener('abort', this.#fire)
  }

  [Symbol.dispose](): void {
    this.#source?.removeEventListener('abort', this.#fire)
  }
}

/** Keeps Node's HTTP server from closing a connection that is idle for a while. */
function keepIdle(socket: net.Socket): void {
  if (socket instanceof net.Socket) socket.setTimeout(0)
}

/**
 * The connections of a server, from the moment on that this was made. It takes any server of Node's: `net`, `tls`, `http`,
 * `https`, `http2`.
 */
export class ServerConnections {
  readonly #sockets = new Set<net.Socket>()
  readonly #goodbye: Goodbye
  readonly #handshakes: Handshakes | undefined
  readonly #isHttp: boolean
  readonly #runs = new Set<Run>()

  /**
   * Starts to keep track of a server's connections: make it before the server listens.
   *
   * @throws `ERR_INVALID_ARG_TYPE`
   */
  constructor(server: net.Server) {
    if (!(server instanceof net.Server)) throw invalidArgType('server', 'an instance of net.Server', server)
    this.#isHttp = readsItself(server)
    this.#goodbye = new Goodbye(server, {
      tell: (session) => !session.destroyed && session.goaway(),
      idle: (socket) => this.#runs.size > 0 && keepIdle(socket),
    })
    this.#handshakes = isSecure(server)
      ? new Handshakes(server, (handshake) => this.#addHandshake(handshake))
      : undefined
    // As the program sees them.
    const event = isSecure(server) ? 'secureConnection' : 'connection'
    server.prependListener(event, (socket: net.Socket) => this.#addSocket(socket))
  }

  /** How many connections there are. */
  get size(): number {
    return this.#sockets.size
  }

  #addSocket(socket: net.Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    for (const run of this.#runs) run.begin(run.connection(socket))
  }

  #addHandshake(handshake: Handshake): void {
    for (const run of this.#runs) run.begin(run.handshake(handshake))
  }

  /**
   * Asks the peers of all connections to close, and lets them close first: of each HTTP/1 connection the last response that
   * has not begun yet gets `Connection: close`, and so do those to come; an HTTP/2 session gets a GOAWAY. Then it waits for
   * each connection as `closeAfterPeer` does; one that is idle, on which HTTP/1 has no way to say so, ends at the timeout at
   * the latest, and so does a client that stays after a GOAWAY, as that of Node.js does where it has no stream open.
   * One that was upgraded, to WebSocket for one, is only waited for: its protocol has a goodbye of its own.
   * Connections that come meanwhile are included, and those whose TLS handshake has not ended; one that does not end it is
   * closed at the timeout, without a report. A connection that the program gave to the server as a stream, and that has no
   * descriptor, is left alone. Each takes a descriptor more while it closes; where the process may have no more, it waits
   * until others are closed; it has no report where it ends before that, at the timeout at the latest.
   *
   * The server goes on listening: stop it first, with `drain`, or with `net.Server.prototype.close.call(server)`, since
   * `close()` of an HTTP server closes what is idle itself, and first.
   *
   * @param options as for `closeAfterPeer`; without a timeout it waits for as long as the peers like
   * @returns a report for each connection, in the order in which they ended
   * @throws (rejects) as `closeAfterPeer`
   */
  async closeAfterPeers(options: CloseConnectionsOptions = {}): Promise<CloseReport[]> {
    const checked = checkCloseOptions(options)
    const { onReport, signal } = options
    if (signal?.aborted) throw abortError(signal)
    using relay = new Relay(signal)
    const request = { ...checked, signal: relay.signal }
    const reports: CloseReport[] = []
    const running = new Set<Promise<void>>()
    const closing: Run = {
      begin(one) {
        running.add(one)
        one.then(
          () => running.delete(one),
          () => {},
        )
      },
      connection: async (socket) => {
        const report = await this.#closeOne(socket, request)
        if (!report) return
        reports.push(report)
        onReport?.(report)
      },
      handshake: (handshake) => awaitHandshake(handshake, request),
    }
    this.#runs.add(closing)
    try {
      this.#goodbye.say()
      for (const socket of this.#sockets) closing.begin(closing.connection(socket))
      for (const handshake of this.#handshakes?.pending ?? []) closing.begin(closing.handshake(handshake))
      while (running.size > 0) await Promise.all(running)
      return reports
    } finally {
      this.#runs.delete(closing)
      if (this.#runs.size === 0) this.#goodbye.stop()
    }
  }

  #closeOne(socket: net.Socket, request: CloseRequest): Promise<CloseReport | undefined> {
    if (this.#isHttp) keepIdle(socket)
    return closeInTurn(socket, request, !this.#isHttp)
  }
}
