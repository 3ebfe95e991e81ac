import { errnoOf, type SystemError } from '../errors.js'
import { callError } from './errors.js'
import { Late } from './late.js'
import { Line } from './line.js'
import { BackListener, type Claim, plain } from './listener.js'
import { highest, lowest, mayListen } from './partition.js'

/** How many listeners a family has at most: as many commands can wait whose servers may connect back from anywhere. */
const most = 128
/** Listeners are tried upwards from here: connections go from the top down, and well-known services live below. */
const first = 600
const size = highest - lowest + 1
/** How long to leave ports alone that others have, in ms. */
const foreignPause = 1000

/** Where a command waits for its second connection. */
export interface Place {
  readonly port: number
  /**
   * Ends the wait. Ending it twice does nothing.
   *
   * @param lateMs for how long the connection may still come, where it has not
   */
  leave(lateMs: number): void
}

/** The listeners of a family. */
class Listeners {
  readonly #family: 'ipv4' | 'ipv6'
  #shared: BackListener[] = []
  readonly #line = new Line()
  /** What may still come to each port, which outlasts its listener: the next command gets the same port. */
  readonly #late = new Map<number, Late>()
  /** The ports that take a privilege which this process lacks. */
  readonly #forbidden = new Set<number>()
  #users = 0
  #waiting = 0

  constructor(family: 'ipv4' | 'ipv6') {
    this.#family = family
  }

  /** How many listeners are shared. */
  get size(): number {
    return this.#shared.length
  }

  /** Whether many more commands can wait, so that one may which is not sure to have a connection. */
  get isAmple(): boolean {
    return this.#waiting < most / 2
  }

  /** Keeps the shared listeners open until the function that it returns is called. */
  retain(): () => void {
    this.#users++
    let isDone = false
    return () => {
      if (isDone) return
      isDone = true
      if (--this.#users > 0) return
      this.#forbidden.clear()
      for (const listener of this.#shared.splice(0)) listener.close()
    }
  }

  /**
   * Sees to it that there is a listener for a command to an address, if a port is free: connections that come first could
   * take every port. Keeps the listeners open until the function that it returns is called.
   *
   * @throws a system error of `bind`
   */
  reserve(address: string): () => void {
    if (this.#shared.length === 0) this.#add(address)
    return this.retain()
  }

  /**
   * Finds a place for a command; undefined where every listener has another that waits.
   *
   * @throws a system error of `bind`, where there is no listener at all
   */
  claim(claim: Claim): Place | undefined {
    const sure = this.#shared.find((one) => one.fits(claim) && !one.isDoubtful(claim))
    const listener = sure ?? this.#add(claim.address) ?? this.#shared.find((one) => one.fits(claim))
    return listener && this.#place(listener, claim, this.retain())
  }

  /** Calls back when a place may have become free; gives a function that ends the wait. */
  wait(callback: () => void): () => void {
    const leave = this.#line.wait(callback)
    // Where others have all the ports, nobody tells when one frees.
    const timer = this.size === 0 ? setTimeout(() => this.#line.wake(), foreignPause) : undefined
    return () => {
      clearTimeout(timer)
      leave()
    }
  }

  #place(listener: BackListener, claim: Claim, release: () => void): Place {
    listener.add(claim)
    this.#waiting++
    let isLeft = false
    const leave = (lateMs: number) => {
      if (isLeft) return
      isLeft = true
      this.#waiting--
      listener.remove(claim, lateMs)
      release()
      this.#line.wake()
    }
    return { port: listener.port, leave }
  }

  #add(address: string): BackListener | undefined {
    const listener = this.#shared.length < most ? this.#open(plain(address)) : undefined
    if (listener) this.#shared.push(listener)
    return listener
  }

  #open(address: string): BackListener | undefined {
    const refused = new Set(this.#forbidden.size > 0 ? ['EACCES'] : [])
    for (const port of this.#candidates(address)) {
      try {
        return BackListener.open(this.#family, port, this.#lateAt(port))
      } catch (error) {
        const { code, errno, syscall } = error as SystemError
        if (code !== 'EADDRINUSE' && code !== 'EACCES') throw callError(errno, syscall, { port })
        if (code === 'EACCES') this.#forbidden.add(port)
        refused.add(code)
      }
    }
    if (this.size === 0 && refused.size === 1 && refused.has('EACCES')) throw callError(errnoOf('EACCES'), 'bind', {})
    return undefined
  }

  #lateAt(port: number): Late {
    const late = this.#late.get(port) ?? new Late()
    this.#late.set(port, late)
    return late
  }

  /** The ports to try; last those to which a connection may come that is for another command. */
  *#candidates(address: string): Generator<number, void, undefined> {
    for (const wanted of [false, true]) {
      for (let step = 0; step < size; step++) {
        const port = lowest + ((first - lowest + step) % size)
        const isDoubtful = this.#late.get(port)?.isDoubtful(address) ?? false
        if (isDoubtful === wanted && mayListen(port) && !this.#forbidden.has(port)) yield port
      }
    }
  }
}

/** The listeners of this thread. */
export const listeners = { ipv4: new Listeners('ipv4'), ipv6: new Listeners('ipv6') }
