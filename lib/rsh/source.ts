import { sockets } from '../diag/sockets.js'
import { errnoOf } from '../errors.js'
import { native } from '../native.js'
import { setOption } from '../options/index.js'
import { encodeAddress } from '../sockaddr.js'
import { BareSocket } from '../sockets/index.js'
import { Destination } from './destination.js'
import { callError } from './errors.js'
import { highest, lowest } from './partition.js'

/** Where a command is sent. */
export interface Target {
  readonly family: 'ipv4' | 'ipv6'
  readonly address: string
  readonly port: number
  readonly localAddress: string | undefined
}

/** A connection that is being made from a reserved port. */
export interface Source {
  /** The socket, whose connect(2) goes on. */
  readonly socket: BareSocket
  readonly localPort: number
  /** Gives the port back, once the socket is closed. */
  release(remains: boolean): void
}

const sweepEvery = 1024
const destinations = new Map<string, Destination>()

function keyOf({ address, port, localAddress }: Target): string {
  return `${address} ${port} ${localAddress ?? ''}`
}

function destinationOf(target: Target): Destination {
  const key = keyOf(target)
  const known = destinations.get(key)
  if (known) return known
  // What is left of addresses that nobody connects to any more goes now and then.
  if (destinations.size % sweepEvery === sweepEvery - 1) for (const entry of destinations) forget(...entry)
  const made = new Destination()
  destinations.set(key, made)
  return made
}

function forget(key: string, destination: Destination): void {
  if (destination.isIdle && destinations.get(key) === destination) destinations.delete(key)
}

const inProgress = errnoOf('EINPROGRESS')
const inUse = errnoOf('EADDRINUSE')
const notAllowed = errnoOf('EACCES')
const clash = errnoOf('EADDRNOTAVAIL')

/** The result of one attempt: a socket that connects, or what failed. */
type Attempt = BareSocket | { readonly errno: number; readonly syscall: 'bind' | 'connect' }

/** The latest local address, encoded: commands to many hosts go from the same one. */
let latest: { readonly key: string; readonly bytes: Uint8Array } | undefined

function localBytes({ family, localAddress }: Target, port: number): Uint8Array {
  const key = `${family} ${port} ${localAddress ?? ''}`
  if (latest?.key !== key) latest = { key, bytes: encodeAddress(family, { address: localAddress, port }) }
  return latest.bytes
}

function attempt(target: Target, local: Uint8Array, remote: Uint8Array): Attempt {
  const socket = new BareSocket(target.family)
  setOption(socket.fd, 'SO_REUSEADDR', true)
  const bound = native.bind(socket.fd, local)
  const errno = bound < 0 ? bound : native.connect(socket.fd, remote)
  if (errno === 0 || errno === inProgress) return socket
  socket.close()
  return { errno, syscall: bound < 0 ? 'bind' : 'connect' }
}

/** Throws what another port would fail with too. */
function refuse({ errno, syscall }: { errno: number; syscall: 'bind' | 'connect' }, target: Target): void {
  const { address, port, localAddress } = target
  if (syscall === 'connect' && errno !== clash) throw callError(errno, syscall, { address, port })
  if (syscall === 'bind' && errno !== inUse && errno !== notAllowed) {
    throw callError(errno, syscall, { address: localAddress })
  }
}

/**
 * Starts to connect from the first reserved port that has no connection to this very address.
 *
 * @returns undefined where every port has one, or cannot be bound
 * @throws what the system says of the address, or of the privilege
 */
export function openSource(target: Target): Source | undefined {
  const { family, address, port, localAddress } = target
  const key = keyOf(target)
  const destination = destinationOf(target)
  const remote = encodeAddress(family, { address, port })
  let wasAllowed = false
  let wasRefused = false
  try {
    const source = destination.firstOf((localPort) => {
      const outcome = attempt(target, localBytes(target, localPort), remote)
      if (outcome instanceof BareSocket) return made(outcome, localPort, destination, key)
      refuse(outcome, target)
      if (outcome.errno === clash) destination.block(localPort)
      if (outcome.errno === notAllowed) wasRefused = true
      else wasAllowed = true
      return undefined
    })
    if (source) return source
  } finally {
    forget(key, destination)
  }
  // Where only some ports are allowed, and those are taken, one of them frees.
  if (destination.isIdle && wasRefused && !wasAllowed) {
    throw callError(notAllowed, 'bind', { address: localAddress })
  }
  return undefined
}

function made(socket: BareSocket, localPort: number, destination: Destination, key: string): Source {
  destination.take(localPort)
  const release = (remains: boolean) => {
    destination.release(localPort, remains)
    forget(key, destination)
  }
  return { socket, localPort, release }
}

/** When each reserved port that is in TIME_WAIT to an address frees, in ms; empty where the kernel does not tell. */
function remnantsOf({ address, port }: Target): ReadonlyMap<number, number> {
  try {
    const entries = sockets({
      protocol: 'tcp',
      state: 'TIME_WAIT',
      localPort: { low: lowest, high: highest },
      remoteAddress: address.replace(/%.*/, ''),
      remotePort: port,
    })
    return new Map(entries.map(({ localPort, timerMs }) => [localPort ?? 0, timerMs ?? 0]))
  } catch {
    return new Map()
  }
}

/** A wait for a port to free. */
export interface PortWait {
  /** How many ports this thread has connections from. */
  readonly used: number
  readonly nextMs: number | undefined
  cancel(): void
}

/** Calls back when a port to an address may have become free. */
export function waitForSource(target: Target, callback: () => void): PortWait {
  const destination = destinationOf(target)
  const { used } = destination
  const remnants = remnantsOf(target)
  const nextMs = remnants.size > 0 ? Math.min(...remnants.values()) : undefined
  return { used, nextMs, cancel: destination.wait(callback, remnants) }
}
