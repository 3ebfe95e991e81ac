import { systemError, unsupported } from '../../errors.js'
import { fdOf } from '../../handle.js'
import { memory, native } from '../../native.js'
import { getOption, type TcpState } from '../../options/index.js'
import { directions, protocols } from '../../platform.js'
import { localAddressOf, peerAddressOf } from '../../sockets/address.js'
import { isResettable, isUnix } from '../../sockets/reset.js'

/** Where a connection runs between, and the kernel's number for it. */
export interface Identity {
  readonly family: 'ipv4' | 'ipv6'
  readonly localAddress: string
  readonly localPort: number
  readonly remoteAddress: string
  readonly remotePort: number
  readonly cookie: number
  readonly interfaceIndex: number
  /** The network namespace that the socket is in; undefined where the kernel does not tell. */
  readonly namespace: bigint | undefined
}

const solSocket = 1
const soError = 4

function withoutZone(address: string): string {
  return address.replace(/%.*/, '')
}

/** The number of a socket's network namespace; undefined where the kernel, one before 5.14, does not tell. */
export function namespaceOf(fd: number): bigint | undefined {
  try {
    return getOption(fd, 'SO_NETNS_COOKIE')
  } catch {
    return undefined
  }
}

function identityOf(fd: number): Identity | undefined {
  const local = localAddressOf(fd)
  const remote = peerAddressOf(fd)
  if (local.port === undefined || remote?.port === undefined) return undefined
  return {
    family: local.family === 'IPv4' ? 'ipv4' : 'ipv6',
    localAddress: withoutZone(local.address),
    localPort: local.port,
    remoteAddress: withoutZone(remote.address),
    remotePort: remote.port,
    cookie: Number(getOption(fd, 'SO_COOKIE')),
    interfaceIndex: getOption(fd, 'SO_BINDTOIFINDEX'),
    namespace: namespaceOf(fd),
  }
}

/** The FINs of MPTCP are not those of the TCP connections below it, whose remnants are many. */
function refuseMptcp(fd: number): void {
  if (getOption(fd, 'SO_PROTOCOL') !== protocols.mptcp) return
  throw unsupported('closeAfterPeer cannot tell how an MPTCP connection ends', { syscall: 'getsockopt' })
}

/**
 * A duplicate of a connection's descriptor, through which its end can be seen after Node has closed its own: how far the
 * connection got, and the error that it ended with.
 */
export class Witness {
  readonly #fd: number
  /** Undefined for a Unix socket, and for a connection that was gone already. */
  readonly identity: Identity | undefined
  readonly isUnix: boolean
  /** All the states that were seen. */
  readonly seen = new Set<TcpState>()

  constructor(socket: Parameters<typeof fdOf>[0]) {
    const fd = fdOf(socket)
    refuseMptcp(fd)
    this.isUnix = isUnix(fd)
    const duplicate = native.dup(fd)
    if (duplicate < 0) throw systemError(duplicate, 'dup')
    this.#fd = duplicate
    try {
      this.identity = this.isUnix ? undefined : identityOf(fd)
      this.look()
    } catch (error) {
      this.close()
      throw error
    }
  }

  /** The state of the connection now. */
  look(): TcpState {
    const state = this.isUnix ? 'UNKNOWN' : getOption(this.#fd, 'TCP_INFO').state
    this.seen.add(state)
    return state
  }

  /** Whether one of these states was seen. */
  saw(...states: TcpState[]): boolean {
    return states.some((state) => this.seen.has(state))
  }

  /** The error that the connection ended with, as a positive errno, which this clears; 0 for none. */
  takeError(): number {
    return native.getInt(this.#fd, solSocket, soError) < 0 ? 0 : (memory[0] as number)
  }

  /** Whether the last close is to reset the connection, as it is now. */
  isToReset(): boolean {
    const { on, seconds } = getOption(this.#fd, 'SO_LINGER')
    return on && seconds === 0 && isResettable(this.#fd)
  }

  /** Sends a FIN. False where the connection is gone. */
  finish(): boolean {
    return native.shutdown(this.#fd, directions.write) >= 0
  }

  close(): void {
    native.close(this.#fd)
  }
}
