import { errnoOf, systemError, unsupported } from '../../errors.js'
import { native } from '../../native.js'
import { align, type View, viewOf } from './view.js'

// linux/netlink.h
const family = 16
const datagramType = 2
const protocol = 4
const headSize = 16
const types = { error: 2, done: 3 }
const flags = { request: 0x1, acknowledge: 0x4, dump: 0x300, interrupted: 0x10 }

/** Reads what is in one message: `start` and `end` are the bounds of its content. Undefined leaves it out. */
export type Reader<Item> = (view: View, start: number, end: number) => Item | undefined

// The kernel fills at most 32 KiB at a time, whatever it is offered.
const capacity = 2 ** 16
const target = viewOf(new Uint8Array(capacity))

const mostAttempts = 3
const unavailable = new Set(['EPROTONOSUPPORT', 'EAFNOSUPPORT'].map(errnoOf))
// No user lacks the right to make such a socket: it is a sandbox that says this.
const forbidden = new Set(['EPERM', 'EACCES', 'ENOSYS'].map(errnoOf))

/** What a datagram says of the dump that it is a part of. */
interface Progress {
  /** Whether it has the last message. */
  readonly isLast: boolean
  /** Whether the kernel's tables changed under it, so that sockets may be missing or there twice. */
  readonly isInterrupted: boolean
}

function openSocket(): number {
  const fd = process.platform === 'linux' ? native.socket(family, datagramType, protocol) : errnoOf('EPROTONOSUPPORT')
  const detail = { errno: fd, syscall: 'socket' }
  if (unavailable.has(fd)) throw unsupported(`${process.platform} has no sock_diag here`, detail)
  if (forbidden.has(fd)) throw unsupported('sock_diag is out of reach: a sandbox refuses netlink sockets', detail)
  if (fd < 0) throw systemError(fd, 'socket')
  return fd
}

/** Puts the head of a message before its content. */
function messageOf(type: number, flag: number, sequence: number, content: Uint8Array): Uint8Array {
  const message = viewOf(new Uint8Array(align(headSize + content.length)))
  message.words[0] = headSize + content.length
  message.halves[2] = type
  message.halves[3] = flags.request | flag
  message.words[2] = sequence
  message.bytes.set(content, headSize)
  return message.bytes
}

/**
 * Looks into the last message of an answer.
 *
 * @throws a system error that the kernel put into it
 */
function checkLast({ signed }: View, offset: number, length: number): void {
  const errno = length >= headSize + 4 ? (signed[(offset + headSize) >> 2] as number) : 0
  if (errno < 0) throw systemError(errno, 'sock_diag')
}

/**
 * Reads the messages of one datagram.
 *
 * @param sequence the number of the request; answers to others are left out
 * @throws a system error that the kernel put into it; EBADMSG for a length that cannot be
 */
export function readMessages<Item>(
  view: View,
  size: number,
  sequence: number,
  read: Reader<Item>,
  items: Item[],
): Progress {
  const { halves, words } = view
  let isInterrupted = false
  let length: number
  for (let offset = 0; offset + headSize <= size; offset += align(length)) {
    length = words[offset >> 2] as number
    if (length < headSize || offset + length > size) throw systemError(errnoOf('EBADMSG'), 'recv')
    if (words[(offset + 8) >> 2] !== sequence) continue
    if (((halves[(offset + 6) >> 1] as number) & flags.interrupted) !== 0) isInterrupted = true
    const type = halves[(offset + 4) >> 1]
    if (type === types.error || type === types.done) {
      checkLast(view, offset, length)
      return { isLast: true, isInterrupted }
    }
    const item = read(view, offset + headSize, offset + length)
    if (item !== undefined) items.push(item)
  }
  return { isLast: false, isInterrupted }
}

/** A netlink socket to the sock_diag of the network namespace that the calling thread is in. */
export class Channel {
  readonly #fd = openSocket()
  #sequence = 0

  /**
   * Asks for all sockets that a request describes, and adds them to a list.
   *
   * @throws what the kernel answered: ENOENT where it cannot show this kind of socket; EINTR where its tables changed
   * during each of several attempts
   */
  dump<Item>(type: number, request: Uint8Array, read: Reader<Item>, items: Item[]): void {
    const before = items.length
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      if (this.#dumpOnce(type, request, read, items)) return
      items.length = before
    }
    throw systemError(errnoOf('EINTR'), 'sock_diag')
  }

  /** False where the tables changed. */
  #dumpOnce<Item>(type: number, request: Uint8Array, read: Reader<Item>, items: Item[]): boolean {
    let wasInterrupted = false
    this.#send(type, flags.dump, request)
    for (;;) {
      const { isLast, isInterrupted } = readMessages(target, this.#receive(), this.#sequence, read, items)
      wasInterrupted ||= isInterrupted
      if (isLast) return !wasInterrupted
    }
  }

  /**
   * Asks for one socket.
   *
   * @throws what the kernel answered: ENOENT where there is none, ESTALE where another one has its addresses
   */
  find<Item>(type: number, request: Uint8Array, read: Reader<Item>): Item | undefined {
    const items: Item[] = []
    this.#send(type, flags.acknowledge, request)
    while (!readMessages(target, this.#receive(), this.#sequence, read, items).isLast);
    return items[0]
  }

  /**
   * Asks for something to be done.
   *
   * @throws what the kernel answered
   */
  command(type: number, request: Uint8Array): void {
    this.#send(type, flags.acknowledge, request)
    readMessages(target, this.#receive(), this.#sequence, () => undefined, [])
  }

  #send(type: number, flag: number, content: Uint8Array): void {
    this.#sequence++
    const sent = native.send(this.#fd, messageOf(type, flag, this.#sequence, content))
    if (sent < 0) throw systemError(sent, 'send')
  }

  #receive(): number {
    const size = native.receive(this.#fd, target.bytes)
    if (size < 0) throw systemError(size, 'recv')
    if (size > capacity) throw systemError(errnoOf('EMSGSIZE'), 'recv')
    return size
  }

  close(): void {
    native.close(this.#fd)
  }
}
