import { randomBytes } from 'node:crypto'
import { errnoOf, type SystemError, systemError } from '../../errors.js'
import { memory, native } from '../../native.js'
import { getOption } from '../../options/index.js'
import { BareSocket } from '../../sockets/index.js'
import { handoverError } from './lines.js'

/** The most descriptors that the kernel lets a message carry (SCM_MAX_FD). */
export const batchSize = 253

const prefix = 'sockctl/handover/'
const nameForm = /^sockctl\/handover\/[0-9a-f]{32}$/
const intSize = 4
const letterSize = 4
const again = errnoOf('EAGAIN')

/**
 * The socket over which descriptors go, beside the channel, whose reads would drop them. Two of them, one in each
 * process, are connected to each other, so that the kernel lets nobody else send to either. Their names are abstract:
 * both processes are in one network namespace.
 *
 * @see unix(7)
 */
export class Courier implements Disposable {
  /** What the other side calls it. */
  readonly name = `${prefix}${randomBytes(16).toString('hex')}`
  readonly #socket = new BareSocket('unix', 'datagram')

  /**
   * @param other the name of the other side's, where it is known by now
   * @param network the network namespace of the other side, where it is known
   * @throws a system error of `socket`, `connect` or `bind`; `ERR_SOCKCTL_HANDOVER`
   */
  constructor(other?: string, network?: unknown) {
    try {
      this.#refuseNetwork(network)
      // Before it has a name: there is no moment in which a stranger could send to it.
      if (other !== undefined) this.connect(other)
      this.#socket.bind({ path: `\0${this.name}` })
    } catch (error) {
      this.#socket.close()
      throw error
    }
  }

  /** The network namespace, by a number that the kernel gives it; undefined where it gives none (before Linux 5.14). */
  get network(): string | undefined {
    try {
      return String(getOption(this.#socket, 'SO_NETNS_COOKIE'))
    } catch {
      return undefined
    }
  }

  #refuseNetwork(other: unknown): void {
    const { network } = this
    if (other === undefined || network === undefined || other === network) return
    throw handoverError('The other process is in another network namespace: sockets are passed on within one alone')
  }

  /** Connects to the other side's. */
  connect(other: unknown): void {
    if (typeof other !== 'string' || !nameForm.test(other)) throw handoverError('The other side gives no proper name')
    try {
      this.#socket.connect({ path: `\0${other}` })
    } catch (error) {
      // It named it, and closed it since.
      if ((error as SystemError).code !== 'ECONNREFUSED') throw error
      throw handoverError('The other side of the handover is gone', { gone: true, cause: error })
    }
  }

  /** Sends one batch of descriptors. */
  send(index: number, fds: readonly number[]): void {
    const letter = new Uint8Array(Uint32Array.of(index).buffer)
    const result = native.sendDescriptors(this.#socket.fd, letter, new Uint8Array(Int32Array.from(fds).buffer))
    if (result < 0) throw systemError(result, 'sendmsg')
  }

  /** Receives the batch that was announced; what else comes is an error, and nothing is left open then. */
  receive(index: number, count: number): number[] {
    const letter = new Uint32Array(1)
    const fds = new Int32Array(batchSize)
    const length = native.receiveDescriptors(
      this.#socket.fd,
      new Uint8Array(letter.buffer),
      new Uint8Array(fds.buffer, 0, batchSize * intSize),
    )
    if (length === again) throw handoverError('The other side announced descriptors that did not come')
    if (length < 0) throw systemError(length, 'recvmsg')
    const came = [...fds.subarray(0, memory[0])]
    if (length === letterSize && letter[0] === index && came.length === count) return came
    for (const fd of came) native.close(fd)
    throw handoverError(`The other side announced ${count} descriptors, and sent ${came.length}`)
  }

  [Symbol.dispose](): void {
    this.#socket.close()
  }
}
