import { errnoOf, type SystemError, systemError } from '../errors.js'
import type { DescriptorMaker, LocalAddress } from '../handle/connecting.js'
import type { Family } from '../platform.js'
import type { BareSocket } from '../sockets/index.js'
import { type ReservedPortOptions, ReservedPortWalk, refuseTwoAddresses, reservedOf } from '../sockets/reserved.js'
import {
  checkKind,
  checkPreparation,
  isFromControl,
  type Preparation,
  type SocketPreparation,
  type StreamProtocol,
  withSocket,
} from './prepare.js'

/** What sockctl adds to the options with which Node's sockets connect. */
export interface OutgoingOptions extends SocketPreparation {
  /** The local port, or which reserved port to take; 'reserved' stands for the defaults of `bindReservedPort`. @default the kernel's choice */
  localPort?: number | 'reserved' | ReservedPortOptions | undefined
  /** MPTCP where the kernel has it. The scheme of a URL, which HTTP hands on, counts for nothing. @default 'tcp' */
  protocol?: StreamProtocol | undefined
}

/** Checked options of a connection that Node makes on a socket of sockctl's. */
export interface OutgoingRequest {
  readonly preparation: Preparation
  readonly reserved: ReservedPortOptions | undefined
  /** A port to bind to where Node asks for none. */
  readonly localPort: number | undefined
  /** Whether it asks for nothing that Node does not know. */
  readonly isPlain: boolean
}

function isReserved(port: unknown): boolean {
  return port === 'reserved' || (typeof port === 'object' && port !== null)
}

/** Checks what sockctl adds, without a system call; the rest is for Node to check. */
export function checkOutgoing(options: OutgoingOptions & { localAddress?: unknown }): OutgoingRequest {
  const { localPort, localAddress } = options
  const reserved = isReserved(localPort) ? reservedOf(localPort, 'options.localPort') : undefined
  refuseTwoAddresses(localAddress ?? undefined, reserved, 'options.localAddress')
  const address = typeof localAddress === 'string' ? { address: localAddress } : {}
  return {
    preparation: checkPreparation(options, false, checkKind(options.protocol)),
    reserved: reserved && { ...reserved, ...address },
    localPort: typeof localPort === 'number' ? localPort : undefined,
    isPlain: !reserved && !options.options && !options.control && !options.reuseAddress && !options.protocol,
  }
}

const clash = errnoOf('EADDRNOTAVAIL')

function errnoFrom(error: unknown): number {
  const { errno } = Object(error) as Partial<SystemError>
  return errno !== undefined && errno < 0 ? errno : errnoOf('EINVAL')
}

/** Whether Node's own error for a failed bind says all that there is to say. */
function isPlainBind(error: unknown, local: LocalAddress | undefined): boolean {
  const { syscall = 'bind' } = Object(error) as Partial<SystemError>
  return local !== undefined && syscall === 'bind' && !isFromControl(error)
}

/** What a socket could not be made for: whatever a control function threw, or a system error. */
export interface Failure {
  readonly error: unknown
}

/** Tells the true reason in an error that Node made of a number. */
export function correct(shown: Error, failure: Failure | undefined): void {
  if (!failure) return
  const { error } = failure
  Object.assign(shown, error, { cause: error }, error instanceof Error ? { message: error.message } : {})
}

/** Makes the sockets of one `connect()` of Node's: prepared, and bound where a local address or port is asked for. */
export class Outgoing implements DescriptorMaker {
  readonly #request: OutgoingRequest
  #walk: ReservedPortWalk | undefined
  #goesOn = false
  #failure: Failure | undefined
  /** What came of each bind that failed, in the order of Node's errors; undefined where Node's own says it all. */
  readonly #bindFailures: (Failure | undefined)[] = []
  #isMaking = false

  constructor(request: OutgoingRequest) {
    this.#request = request
  }

  /** Whether it is at work, in the control function for instance: the handle must not go then. */
  get isMaking(): boolean {
    return this.#isMaking
  }

  /** Takes note that has been made of a failure, for which Node has only a number. */
  takeFailure(): Failure | undefined {
    const failure = this.#failure
    this.#failure = undefined
    return failure
  }

  /** Tells the true reasons in what Node has collected of several addresses, of which it announces no bind that failed. */
  correctAll({ errors }: AggregateError): void {
    const failures = this.#bindFailures.splice(0)
    const binds = errors.filter((error) => Object(error).syscall === 'bind')
    for (const [index, shown] of binds.entries()) correct(shown, failures[index])
  }

  make(family: Family, local: LocalAddress | undefined, take: (fd: number) => number): number {
    const { preparation, reserved } = this.#request
    if (!this.#goesOn) this.#walk = reserved && family !== 'unix' ? new ReservedPortWalk(reserved) : undefined
    this.#goesOn = false
    this.#failure = undefined
    this.#isMaking = true
    try {
      return withSocket(family, preparation, undefined, (socket) => {
        this.#bind(socket, local)
        const errno = take(socket.fd)
        if (errno < 0) throw systemError(errno, 'open')
        socket.detach()
        return 0
      })
    } catch (error) {
      this.#failure = isPlainBind(error, local) ? undefined : { error }
      if (local) this.#bindFailures.push(this.#failure)
      return errnoFrom(error)
    } finally {
      this.#isMaking = false
    }
  }

  /** A reserved port that was bound with SO_REUSEADDR can turn out to have a connection to this very peer. */
  retries(errno: number): boolean {
    this.#goesOn = errno === clash && this.#request.preparation.reuseAddress && this.#walk !== undefined
    if (this.#goesOn) this.#walk?.refuse(systemError(errno, 'connect'))
    return this.#goesOn
  }

  #bind(socket: BareSocket, local: LocalAddress | undefined): void {
    const { localPort } = this.#request
    if (this.#walk) this.#walk.bindNext(socket)
    else if (local) socket.bind(local)
    else if (localPort && socket.family !== 'unix') socket.bind({ port: localPort })
  }
}
