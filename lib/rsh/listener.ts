import net from 'node:net'
import { adoptListener } from '../handle.js'
import { setOptions } from '../options/index.js'
import { BareSocket } from '../sockets/index.js'
import { isReserved, noteListening } from './partition.js'

/** A command that waits for its second connection. */
export interface Claim {
  /** The address that it was sent to. */
  readonly address: string
  /** Whether only that address will do. */
  readonly strict: boolean
  /** Takes the connection. */
  take(socket: net.Socket): void
  /** Is told of a connection that was refused and may have been the one. */
  refuse(reason: string): void
}

const backlog = 4096
/** How many connections from unknown addresses wait for their command to be found out. */
const mostHeld = 64

/** The form in which Node shows the address of a peer. */
function plain(address: string): string {
  return address.replace(/%.*/, '')
}

function reset(socket: net.Socket): void {
  socket.on('error', () => {}).resetAndDestroy()
}

/**
 * Listens on one reserved port for second connections. Each address may have one command that waits here; a connection
 * from it is that command's. One from another address is a command's if no other waits here, or if it is told apart by
 * `settle`.
 */
export class BackListener {
  readonly port: number
  readonly #server: net.Server
  readonly #claims = new Map<string, Claim>()
  #held: net.Socket[] = []

  private constructor(port: number, socket: BareSocket) {
    this.port = port
    // With a handler of its own, no error of an accepted connection is without one.
    this.#server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (back) => this.#accept(back))
    this.#server.on('error', () => {})
    adoptListener(this.#server, socket, backlog, undefined)
    noteListening(port, true)
  }

  /**
   * Listens on a port.
   *
   * @throws a system error of `bind` or `listen`
   */
  static open(family: 'ipv4' | 'ipv6', port: number): BackListener {
    const socket = new BareSocket(family)
    try {
      setOptions(socket, { SO_REUSEADDR: true, ...(family === 'ipv6' ? { IPV6_V6ONLY: true } : {}) })
      socket.listen(backlog, { port })
      return new BackListener(port, socket)
    } catch (error) {
      socket.close()
      throw error
    }
  }

  /** How many commands wait here. */
  get waiting(): number {
    return this.#claims.size
  }

  /** Whether the connection of one more command can be told apart from those of the others that wait here. */
  fits(claim: Claim): boolean {
    if (this.#claims.size === 0) return true
    return claim.strict && !this.#claims.has(plain(claim.address)) && [...this.#claims.values()].every(({ strict }) => strict)
  }

  /** Has a command wait here. */
  add(claim: Claim): void {
    this.#claims.set(plain(claim.address), claim)
  }

  /** Ends the wait of a command. */
  remove(claim: Claim): void {
    if (this.#claims.get(plain(claim.address)) === claim) this.#claims.delete(plain(claim.address))
    if (this.#claims.size === 0) this.#drop()
  }

  /**
   * Gives a command the connection that came from an unknown address, when its server says that it has made it: where one
   * alone came, it can be no other's.
   */
  settle(claim: Claim): void {
    const [only, ...others] = this.#held
    if (!only || claim.strict) return
    if (others.length > 0) {
      claim.refuse(`several connections came from addresses that were not dialled, ${only.remoteAddress} among them`)
      return
    }
    this.#held = []
    this.#give(only, claim)
  }

  close(): void {
    this.#drop()
    this.#server.close()
    noteListening(this.port, false)
  }

  #drop(): void {
    for (const socket of this.#held.splice(0)) reset(socket)
  }

  #accept(socket: net.Socket): void {
    const { remoteAddress, remotePort } = socket
    if (remoteAddress === undefined) return void socket.destroy()
    const own = this.#claims.get(plain(remoteAddress))
    const claim = own ?? (this.#claims.size === 1 ? [...this.#claims.values()][0] : undefined)
    if (!isReserved(remotePort)) {
      claim?.refuse(`it came from port ${remotePort}, which is not a reserved one`)
      reset(socket)
    } else if (claim && (own || !claim.strict)) {
      this.#give(socket, claim)
    } else if (this.#claims.size > 1 && this.#held.length < mostHeld) {
      this.#held.push(socket.on('error', () => {}))
    } else {
      claim?.refuse(`it came from ${remoteAddress}, which was not dialled`)
      reset(socket)
    }
  }

  #give(socket: net.Socket, claim: Claim): void {
    this.remove(claim)
    claim.take(socket)
  }
}
