import type http from 'node:http'
import net from 'node:net'
import { abortError, invalidArgType } from '../../errors.js'
import type { SessionLike } from '../../handle/session.js'
import { fdOf } from '../../handle.js'
import { Closing } from './closing.js'
import type { CloseReport } from './report.js'
import { type CloseAfterPeerOptions, type CloseRequest, checkCloseOptions, closingSocketOf } from './request.js'

/** How to close the connections of a server. */
export interface CloseConnectionsOptions extends CloseAfterPeerOptions {
  /** Called with the report of each connection as it ends. */
  onReport?: ((report: CloseReport) => void) | undefined
}

/** Whether the server reads its connections itself: one of HTTP/1 or HTTP/2. */
function readsItself(server: net.Server): boolean {
  return 'closeIdleConnections' in server || 'updateSettings' in server
}

/** The server's event that brings a connection as the program sees it. */
function connectionEvent(server: net.Server): string {
  return 'setSecureContext' in server ? 'secureConnection' : 'connection'
}

/**
 * The connections of a server, from the moment on that this was made. It takes any server of Node's: `net`, `tls`, `http`,
 * `https`, `http2`.
 */
export class ServerConnections {
  readonly #sockets = new Set<net.Socket>()
  readonly #sessions = new Map<net.Socket, SessionLike>()
  readonly #responses = new Set<http.ServerResponse>()
  readonly #isHttp: boolean
  #close: ((socket: net.Socket) => void) | undefined

  /**
   * Starts to keep track of a server's connections: make it before the server listens.
   *
   * @throws `ERR_INVALID_ARG_TYPE`
   */
  constructor(server: net.Server) {
    if (!(server instanceof net.Server)) throw invalidArgType('server', 'an instance of net.Server', server)
    this.#isHttp = readsItself(server)
    server.prependListener(connectionEvent(server), (socket: net.Socket) => this.#addSocket(socket))
    server.prependListener('session', (session: SessionLike) => this.#addSession(session))
    server.prependListener('request', (_request: unknown, response: http.ServerResponse) => this.#addResponse(response))
  }

  /** How many connections there are. */
  get size(): number {
    return this.#sockets.size
  }

  #addSocket(socket: net.Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      this.#sessions.delete(socket)
    })
    this.#close?.(socket)
  }

  #addSession(session: SessionLike): void {
    const { socket } = closingSocketOf(session)
    this.#sessions.set(socket, session)
    if (this.#close) session.goaway()
  }

  #addResponse(response: http.ServerResponse): void {
    if (response.req.httpVersionMajor !== 1) return
    this.#responses.add(response)
    response.once('close', () => this.#responses.delete(response))
    if (this.#close) tellToClose(response)
  }

  /**
   * Asks the peers of all connections to close, and lets them close first: an HTTP/1 response that has not begun yet gets
   * `Connection: close`, and so do those to come; an HTTP/2 session gets a GOAWAY. Then it waits for each connection as
   * `closeAfterPeer` does; one that is idle, on which HTTP/1 has no way to say so, ends at the timeout at the latest, and so
   * does a client that stays after a GOAWAY, as that of Node.js does where it has no stream open. Connections that come
   * meanwhile are included.
   *
   * The server goes on listening: stop it first, with `drain`, or with `net.Server.prototype.close.call(server)`, since
   * `close()` of an HTTP server closes what is idle itself, and first.
   *
   * @param options as for `closeAfterPeer`; without a timeout it waits for as long as the peers like
   * @returns a report for each connection, in the order in which they ended
   * @throws (rejects) as `closeAfterPeer`
   */
  async closeAfterPeers(options: CloseConnectionsOptions = {}): Promise<CloseReport[]> {
    const request = checkCloseOptions(options)
    const { onReport, signal } = options
    if (signal?.aborted) throw abortError(signal)
    const reports: CloseReport[] = []
    const running = new Set<Promise<void>>()
    this.#close = (socket) => {
      const one = this.#closeOne(socket, request).then((report) => {
        if (!report) return
        reports.push(report)
        onReport?.(report)
      })
      running.add(one)
      one.then(
        () => running.delete(one),
        () => {},
      )
    }
    try {
      this.#announce()
      while (running.size > 0) await Promise.all(running)
      return reports
    } finally {
      this.#close = undefined
    }
  }

  #announce(): void {
    for (const session of this.#sessions.values()) session.goaway()
    for (const response of this.#responses) tellToClose(response)
    for (const socket of this.#sockets) this.#close?.(socket)
  }

  async #closeOne(socket: net.Socket, request: CloseRequest): Promise<CloseReport | undefined> {
    if (!isOpen(socket)) return undefined
    // Node's HTTP server would close what is idle after a while.
    if (this.#isHttp) socket.setTimeout(0)
    return new Closing(socket, request, !this.#isHttp).run()
  }
}

function isOpen(socket: net.Socket): boolean {
  try {
    return fdOf(socket) >= 0
  } catch {
    return false
  }
}

function tellToClose(response: http.ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close')
}
