import { Line } from './line.js'
import { highest, lowest, mayConnect, noteConnecting } from './partition.js'

/** How long a port with a connection that somebody else has is left alone, in ms. */
const foreignPause = 1000
/** How long TIME_WAIT lasts (include/net/tcp.h), in ms. */
const timeWait = 60_000
const size = highest - lowest + 1

/** The port that the last connection went from; the next to another address goes from the same one. */
let latest = highest

/**
 * An address with a port that this thread has connections to, or had some less than a minute ago, and the reserved ports
 * that they have. Other addresses may have connections from the same ports.
 */
export class Destination {
  readonly #used: number[] = []
  /** Ports with the time until which they are left alone; most addresses never have one, nor anybody who waits. */
  #blocked: Map<number, number> | undefined
  #line: Line | undefined
  #timer: NodeJS.Timeout | undefined

  /** How many connections there are. */
  get used(): number {
    return this.#used.length
  }

  /** Whether nothing need be remembered. */
  get isIdle(): boolean {
    if (this.#used.length > 0) return false
    this.#forget()
    return !this.#blocked?.size && !this.#line?.length
  }

  /**
   * Tries ports in order, from the latest one down and then from the top, until one gives something. What is left alone
   * comes last: the kernel gives a port in TIME_WAIT to the next connection if the one before used timestamps.
   */
  firstOf<Thing>(attempt: (port: number) => Thing | undefined): Thing | undefined {
    this.#forget()
    for (const port of this.#ports()) {
      const thing = attempt(port)
      if (thing !== undefined) return thing
    }
    return undefined
  }

  *#ports(): Generator<number, void, undefined> {
    const first = latest
    const blocked = [...(this.#blocked?.keys() ?? [])]
    for (let step = 0; step < size; step++) {
      const port = lowest + ((first - lowest - step + size) % size)
      if (mayConnect(port) && !this.#used.includes(port) && !this.#blocked?.has(port)) yield port
    }
    for (const port of blocked) if (mayConnect(port) && !this.#used.includes(port)) yield port
  }

  /** Notes that a connection is made from a port. */
  take(port: number): void {
    latest = port
    this.#blocked?.delete(port)
    this.#used.push(port)
    noteConnecting(port, 1)
  }

  /** Leaves a port alone which turned out to have a connection to here. */
  block(port: number, ms: number = foreignPause): void {
    this.#blocked ??= new Map()
    // The oldest stay in front.
    this.#blocked.delete(port)
    this.#blocked.set(port, performance.now() + ms)
  }

  /** Notes that the connection from a port is closed, and whether it stays in TIME_WAIT. */
  release(port: number, remains: boolean): void {
    this.#used.splice(this.#used.indexOf(port), 1)
    noteConnecting(port, -1)
    if (remains) this.block(port, timeWait)
    else this.#line?.wake()
    this.#schedule()
  }

  /**
   * Calls back when a port is released, or a blocked one may be free.
   *
   * @param remnants when the ports that are in TIME_WAIT free, in ms, as far as the kernel tells
   * @returns a function that ends the wait
   */
  wait(callback: () => void, remnants: ReadonlyMap<number, number>): () => void {
    for (const [port, ms] of remnants) if (this.#blocked?.has(port)) this.block(port, ms)
    this.#line ??= new Line()
    const leave = this.#line.wait(callback)
    this.#schedule()
    return () => {
      leave()
      this.#schedule()
    }
  }

  /** Sees to it that whoever waits is called when the next blocked port may be free. */
  #schedule(): void {
    clearTimeout(this.#timer)
    const line = this.#line
    if (!line?.length) return
    const next = Math.min(...(this.#blocked?.values() ?? [])) - performance.now()
    // Where others have all the ports, the kernel tells nobody when they free.
    const ms = Number.isFinite(next) ? Math.max(next, 0) + 1 : foreignPause
    this.#timer = setTimeout(() => {
      line.wake(this.#forget() || 1)
      this.#schedule()
    }, ms)
  }

  /** Forgets which ports were blocked until now, and tells how many those are. */
  #forget(): number {
    const blocked = this.#blocked
    if (!blocked?.size) return 0
    const now = performance.now()
    const before = blocked.size
    for (const [port, until] of blocked) if (until <= now) blocked.delete(port)
    return before - blocked.size
  }
}
