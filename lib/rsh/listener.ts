import net from 'node:net'
import { takeConnections } from '../handle/accepting.js'
import { adoptListener } from '../handle/adopt.js'
import { setOptions } from '../options/index.js'
import { BareSocket } from '../sockets/index.js'
import { Connection } from './connection.js'
import type { Late } from './late.js'
import { isReserved, noteListening } from './partition.js'

/** A command that waits for its second connection. */
export interface Claim {
  /** The address that it was sent to. */
  readonly address: string
  /** Whether its connection comes from that address and from no other. */
  readonly strict: boolean
  /** Takes the connection. */
  take(connection: Connection): void
  /** Is told of a connection that was refused and may have been the one. */
  refuse(reason: string): void
}

const backlog = 4096

/** The form in which Node shows the address of a peer. */
export function plain(address: string): string {
  const zone = address.indexOf('%')
  return zone === -1 ? address : address.slice(0, zone)
}

/**
 * Listens on one reserved port for second connections. One command may wait here whose connection may come from anywhere,
 * or any number whose connections come from addresses that tell them apart. An accepted connection needs no listener any
 * more, so that the next command can wait here.
 */
export class BackListener {
  readonly port: number
  readonly #server: net.Server
  readonly #claims = new Map<string, Claim>()
  readonly #late: Late
  #isStrict = false

  private constructor(port: number, socket: BareSocket, late: Late) {
    this.port = port
    this.#late = late
    this.#server = net.createServer().on('error', () => {})
    adoptListener(this.#server, socket, backlog)
    takeConnections(this.#server, (handle) => this.#accept(Connection.accepted(handle)))
    noteListening(port, true)
  }

  /**
   * Listens on a port.
   *
   * @param late what may still come there
   * @throws a system error of `bind` or `listen`
   */
  static open(family: 'ipv4' | 'ipv6', port: number, late: Late): BackListener {
    const socket = new BareSocket(family)
    try {
      setOptions(socket, { SO_REUSEADDR: true, ...(family === 'ipv6' ? { IPV6_V6ONLY: true } : {}) })
      socket.listen(backlog, { port })
      return new BackListener(port, socket, late)
    } catch (error) {
      socket.close()
      throw error
    }
  }

  /** Whether the connection of one more command can be told apart from those of the others that wait here. */
  fits(claim: Claim): boolean {
    if (this.#claims.size === 0) return true
    return claim.strict && this.#isStrict && !this.#claims.has(plain(claim.address))
  }

  /** Whether a connection may still come here that looks like the command's and is for one before it. */
  isDoubtful(claim: Claim): boolean {
    return this.#late.isDoubtful(plain(claim.address))
  }

  /** Has a command wait here. */
  add(claim: Claim): void {
    this.#isStrict = claim.strict
    this.#claims.set(plain(claim.address), claim)
  }

  /** Ends the wait of a command, whose connection may still come for so many ms. */
  remove(claim: Claim, lateMs: number): void {
    const address = plain(claim.address)
    if (this.#claims.get(address) !== claim) return
    this.#claims.delete(address)
    if (lateMs > 0) this.#late.add(address, claim.strict, lateMs)
  }

  close(): void {
    this.#server.close()
    noteListening(this.port, false)
  }

  /** The command that a connection from an address may be for; undefined where none is waited for. */
  #claimOf(address: string): Claim | undefined {
    const exact = this.#claims.get(address)
    if (exact || this.#claims.size !== 1 || this.#late.has(address)) return exact
    const [only] = this.#claims.values()
    return only
  }

  #accept(connection: Connection): void {
    const { remoteAddress, remotePort } = connection
    if (remoteAddress === undefined) {
      connection.close()
      return
    }
    const claim = this.#claimOf(plain(remoteAddress))
    const isDialled = claim !== undefined && plain(claim.address) === plain(remoteAddress)
    if (claim && isReserved(remotePort) && (isDialled || !claim.strict)) {
      this.#claims.delete(plain(claim.address))
      claim.take(connection)
      return
    }
    const fault = isDialled
      ? `port ${remotePort}, which is not a reserved one`
      : `${remoteAddress}, which was not dialled`
    claim?.refuse(`one came from ${fault}`)
    connection.reset()
  }
}
