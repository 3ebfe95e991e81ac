import dgram from 'node:dgram'
import { codedError, systemError } from '../errors.js'
import { datagramState, fdOf } from '../handle.js'

type Lookup = (address: string, done: (error: Error | null, address: string) => void) => void

interface DatagramHandle {
  readonly lookup: Lookup
  hasRef(): boolean
  recvStart(): number
  recvStop(): number
}

/** The state of a `dgram.Socket`. */
interface DatagramState {
  handle: DatagramHandle | null
  readonly bindState: number
  readonly reuseAddr?: boolean
  readonly reusePort?: boolean
  readonly ipv6Only?: boolean
}

/** What `dgram.createSocket` was told. */
export interface DatagramSettings {
  readonly type: dgram.SocketType
  readonly reuseAddr: boolean
  readonly reusePort: boolean
  readonly ipv6Only: boolean
}

const unbound = 0

function stateOf(socket: dgram.Socket): DatagramState {
  const state = datagramState(socket)
  if (!state) throw codedError('ERR_INVALID_STATE', 'Invalid state: this Node.js keeps the state of sockets elsewhere')
  return (socket as unknown as Record<symbol, DatagramState>)[state] as DatagramState
}

function handleOf(state: DatagramState): DatagramHandle {
  if (state.handle) return state.handle
  throw codedError('ERR_SOCKET_DGRAM_NOT_RUNNING', 'Not running: the datagram socket is closed')
}

/**
 * Makes sure that a datagram socket can be bound.
 *
 * @throws `ERR_SOCKET_DGRAM_NOT_RUNNING` where it is closed, `ERR_SOCKET_ALREADY_BOUND` where it is bound or about to be
 */
export function refuseBound(socket: dgram.Socket): void {
  const state = stateOf(socket)
  handleOf(state)
  if (state.bindState !== unbound) throw codedError('ERR_SOCKET_ALREADY_BOUND', 'Socket is already bound')
}

/** Whether a datagram socket is still there to be closed. */
export function isRunning(socket: dgram.Socket): boolean {
  return Boolean(stateOf(socket).handle)
}

/** What a datagram socket was created with. */
export function datagramSettings(socket: dgram.Socket): DatagramSettings {
  const { reuseAddr = false, reusePort = false, ipv6Only = false } = stateOf(socket)
  // Node's types leave it out.
  const { type } = socket as unknown as { readonly type: dgram.SocketType }
  return { type, reuseAddr, reusePort, ipv6Only }
}

/** Looks a name up as a datagram socket does: in its family, with the `lookup` that it was created with. */
export function lookUpFor(socket: dgram.Socket, name: string): Promise<string> {
  return new Promise((resolve, reject) => {
    handleOf(stateOf(socket)).lookup(name, (error, address) => (error ? reject(error) : resolve(address)))
  })
}

/** A socket that gives its descriptor away. */
interface Giver {
  readonly fd: number
  detach(): number
}

/**
 * Gives an unbound descriptor to a datagram socket, which says 'listening' before this returns, and owns it from then on.
 *
 * Node turns SO_REUSEADDR on when it adopts a descriptor. So a carrier of our own adopts it first; then `bind` is called,
 * which turns the option off and binds; and only what is bound goes on to the socket. Until then the socket is untouched,
 * whatever fails.
 */
export function adoptDatagram(socket: dgram.Socket, giver: Giver, bind: () => void): void {
  const carrier = dgram.createSocket(datagramSettings(socket).type)
  try {
    // Exclusive: in a cluster worker the primary would be asked otherwise.
    carrier.bind({ fd: fdOf(giver), exclusive: true })
    fdOf(carrier)
  } catch (error) {
    carrier.close()
    throw error
  }
  try {
    bind()
  } catch (error) {
    giver.detach()
    carrier.close()
    throw error
  }
  giver.detach()
  handOver(carrier, socket)
}

/** Passes a handle on, which Node takes in place of a descriptor; its types do not say so. */
function handOver(from: dgram.Socket, to: dgram.Socket): void {
  const state = stateOf(from)
  const handle: object = handleOf(state)
  state.handle = null
  const hadRef = handleOf(stateOf(to)).hasRef()
  try {
    to.bind(handle)
  } catch (error) {
    // What a listener of 'listening' threw, or what the kernel said about the sizes of its buffers.
    to.close()
    throw error
  }
  if (!hadRef) to.unref()
}

/** Stops reading, or goes on; a socket that does not read can still send. */
export function setReading(socket: dgram.Socket, reads: boolean): void {
  const handle = stateOf(socket).handle
  const errno = reads ? handle?.recvStart() : handle?.recvStop()
  if (errno !== undefined && errno < 0) throw systemError(errno, 'recvmsg')
}
