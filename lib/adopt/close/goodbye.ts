import type http from 'node:http'
import type net from 'node:net'
import type { SessionLike } from '../../handle/session.js'

const name = 'Connection'
const word = 'close'

/** The HTTP/1 responses of one connection that have not ended, in the order in which they go out. */
class Pipeline {
  readonly #responses: http.ServerResponse[] = []
  #told: http.ServerResponse | undefined

  get isEmpty(): boolean {
    return this.#responses.length === 0
  }

  add(response: http.ServerResponse): void {
    this.#responses.push(response)
  }

  remove(response: http.ServerResponse): void {
    this.#responses.splice(this.#responses.indexOf(response), 1)
  }

  /** Lets the last one say it: after the one that says it nothing more goes out, and others may wait behind it. */
  tell(): void {
    const last = this.#responses.at(-1)
    const told = this.#told
    if (last === told || !last) return
    if (told && !told.headersSent && told.getHeader(name) === word) told.removeHeader(name)
    this.#told = undefined
    if (last.headersSent) return
    last.setHeader(name, word)
    this.#told = last
  }
}

/**
 * Runs a function for a server that may speak HTTP/1. One of HTTP/2 does so where somebody listens for requests; where
 * nobody does, a listener of ours would have Node deal with each stream as a request, beside the program.
 */
function whenHttp1(server: net.Server, run: () => void): void {
  if (!('updateSettings' in server) || server.listenerCount('request') > 0) {
    run()
    return
  }
  const watch = (event: string | symbol) => {
    if (event !== 'request') return
    server.off('newListener', watch)
    run()
  }
  server.on('newListener', watch)
}

/** What is done with the connections of a server that says goodbye. */
export interface GoodbyeSteps {
  /** Says it over an HTTP/2 session, which may be on its way out. */
  tell(session: SessionLike): void
  /** Runs when an HTTP/1 connection has nothing more to answer, and Node has set its timeout. */
  idle?(socket: net.Socket): void
}

/**
 * Says goodbye to the peers of an HTTP server: `Connection: close` in HTTP/1, to each connection with the last of the
 * responses that have not begun, and what a session has for it in HTTP/2.
 */
export class Goodbye {
  readonly #pipelines = new Map<net.Socket, Pipeline>()
  readonly #sessions = new Set<SessionLike>()
  readonly #steps: GoodbyeSteps
  #isSaid = false

  /** Watches a server, from before it listens. One of another kind has nobody to tell. */
  constructor(server: net.Server, steps: GoodbyeSteps) {
    this.#steps = steps
    server.prependListener('session', (session: SessionLike) => this.#addSession(session))
    whenHttp1(server, () => {
      server.prependListener('request', (_request: unknown, response: http.ServerResponse) => this.#add(response))
    })
  }

  #addSession(session: SessionLike): void {
    this.#sessions.add(session)
    session.once('close', () => this.#sessions.delete(session))
    if (this.#isSaid) this.#steps.tell(session)
  }

  #add(response: http.ServerResponse): void {
    const { httpVersionMajor, socket } = response.req
    // HTTP/2 says it once for all.
    if (httpVersionMajor !== 1) return
    const pipeline = this.#pipelines.get(socket) ?? new Pipeline()
    this.#pipelines.set(socket, pipeline)
    pipeline.add(response)
    response.once('close', () => {
      pipeline.remove(response)
      if (!pipeline.isEmpty) return
      this.#pipelines.delete(socket)
      this.#steps.idle?.(socket)
    })
    if (this.#isSaid) pipeline.tell()
  }

  /** Says it, and to those that come from now on. */
  say(): void {
    this.#isSaid = true
    for (const pipeline of this.#pipelines.values()) pipeline.tell()
    for (const session of this.#sessions) this.#steps.tell(session)
  }

  /** Says it no more to those that come. */
  stop(): void {
    this.#isSaid = false
  }
}
