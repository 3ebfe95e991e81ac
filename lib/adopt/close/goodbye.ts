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

  has(response: http.ServerResponse): boolean {
    return this.#responses.includes(response)
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

/** By these a server hands a request to the program. The last two are for one that has an Expect header. */
const requestEvents = ['request', 'checkContinue', 'checkExpectation'] as const

/** The listeners of ours: a server can be watched more than once. */
const ours = new WeakSet<object>()

/**
 * Listens to an event before the program, and for as long as the program does. Where it does not, a listener of ours would
 * keep Node from answering by itself; and have it deal with each stream of HTTP/2 as a request, beside the program.
 */
function listenBeside(server: net.Server, event: string, listener: http.RequestListener): void {
  ours.add(listener)
  const settle = () => {
    const all = server.rawListeners(event)
    const theirs = all.findIndex((one) => !ours.has(one))
    const place = all.indexOf(listener)
    if (theirs >= 0 && place >= 0 && place < theirs) return
    server.off(event, listener)
    if (theirs >= 0) server.prependListener(event, listener)
  }
  // A listener is there only after the event; and several may be removed in one go, in which nothing must change.
  const onChange = (changed: string | symbol, changedListener: object) => {
    if (changed === event && !ours.has(changedListener)) process.nextTick(settle)
  }
  settle()
  server.on('removeListener', onChange).on('newListener', onChange)
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
    const add: http.RequestListener = (_request, response) => this.#add(response)
    for (const event of requestEvents) listenBeside(server, event, add)
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
    // One handler may hand it to another.
    if (pipeline.has(response)) return
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
