import { describe, expect, test } from 'vitest'
import { Channel, readMessages } from '../../lib/diag/netlink/channel.js'
import { inetReader } from '../../lib/diag/netlink/inet.js'
import { unixDumpRequest } from '../../lib/diag/netlink/request.js'
import { readUnix } from '../../lib/diag/netlink/unix.js'
import { viewOf } from '../../lib/diag/netlink/view.js'
import { errnoOf } from '../../lib/errors.js'
import { openDescriptors, thrownBy } from '../support.js'

const sequence = 9
const done = 3
const failure = 2
const socketType = 20
const interrupted = 0x10

/** A netlink message of some words. */
function message(type: number, words: readonly number[], flags = 0, number = sequence): Uint8Array {
  const view = viewOf(new Uint8Array(16 + 4 * words.length))
  view.words.set([view.bytes.length, 0, number, 0, ...words])
  view.halves[2] = type
  view.halves[3] = flags
  return view.bytes
}

function read(...messages: Uint8Array[]) {
  const bytes = new Uint8Array(Buffer.concat(messages))
  const items: number[] = []
  const progress = readMessages(viewOf(bytes), bytes.length, sequence, (view, start) => view.words[start >> 2], items)
  return { ...progress, items }
}

describe('readMessages', () => {
  test('reads what comes before the end', () => {
    const messages = [message(socketType, [5]), message(socketType, [6]), message(done, [0]), message(socketType, [7])]
    expect(read(...messages)).toEqual({ isLast: true, isInterrupted: false, items: [5, 6] })
    expect(read(...messages.slice(0, 2))).toEqual({ isLast: false, isInterrupted: false, items: [5, 6] })
  })

  test('leaves out answers to other requests', () => {
    expect(read(message(socketType, [5], 0, 8), message(socketType, [6])).items).toEqual([6])
    expect(read(message(done, [0], 0, 8)).isLast).toBe(false)
  })

  test('tells when the tables changed meanwhile, whichever message says so', () => {
    expect(read(message(socketType, [5], interrupted), message(done, [0]))).toMatchObject({ isInterrupted: true })
    expect(read(message(done, [0], interrupted))).toEqual({ isLast: true, isInterrupted: true, items: [] })
  })

  test.each([
    ['an error', failure],
    ['the end', done],
  ])('throws the errno that is in %s', (_what, type) => {
    expect(thrownBy(() => read(message(type, [errnoOf('ENOBUFS')])))).toMatchObject({
      code: 'ENOBUFS',
      syscall: 'sock_diag',
    })
  })

  test.each([0, 15, 21, 2 ** 31])('throws EBADMSG for a length of %i where there are 20 bytes', (length) => {
    const bytes = message(socketType, [5])
    viewOf(bytes).words[0] = length
    expect(thrownBy(() => read(bytes)).code).toBe('EBADMSG')
  })
})

/** Runs a reader on bytes. */
function readContent<Item>(
  reader: (view: ReturnType<typeof viewOf>, start: number, end: number) => Item,
  bytes: Uint8Array,
) {
  return reader(viewOf(bytes), 0, bytes.length)
}

/** An attribute: its type, and the bytes that it should have and may not. */
function attribute(type: number, content: readonly number[], length = 4 + content.length): number[] {
  const padding = Array(-content.length & 3).fill(0)
  return [...new Uint8Array(Uint16Array.of(length, type).buffer), ...content, ...padding]
}

/** The attribute INET_DIAG_MARK. */
function mark(value: number, length?: number): number[] {
  return attribute(15, [...new Uint8Array(Uint32Array.of(value).buffer)], length)
}

describe('inetReader', () => {
  const reader = inetReader({ protocol: 'tcp', interfaceName: () => undefined })
  const head = [2, 10, 0, 0, ...Array(68).fill(0)]

  test('reads a socket, and leaves out attributes that it does not know', () => {
    const bytes = Uint8Array.from([...head, ...attribute(8, [2]), ...attribute(99, [1, 2, 3]), ...attribute(5, [16])])
    expect(readContent(reader, bytes)).toMatchObject({ state: 'LISTEN', shutdown: 'write', tos: 16, localPort: 0 })
  })

  test.each([
    ['nothing', [], undefined],
    ['a mark of 0', mark(0), undefined],
    ['a mark', mark(7), 7],
    ['a mark beside what is not known', [...attribute(99, [1, 2, 3]), ...mark(7)], 7],
    ['a mark with no length', mark(7, 0), undefined],
  ])('reads a remnant, of which it is told %s', (_what, attributes, expected) => {
    const entry = readContent(reader, Uint8Array.from([...head, ...attributes]))
    expect(entry).toMatchObject({ protocol: 'tcp', localAddress: '0.0.0.0', inode: 0 })
    expect(entry).not.toHaveProperty('uid')
    expect(entry?.mark).toBe(expected)
  })

  test.each([0, 7, -5, 2 ** 31, -(2 ** 31) - 1, 2 ** 40 + 3])('reads the cookie %i', (cookie) => {
    const bytes = Uint8Array.from(head)
    // The lower word first, whatever the byte order.
    viewOf(bytes).words.set([cookie, Math.floor(cookie / 2 ** 32)], 11)
    expect(readContent(reader, bytes)).toMatchObject({ cookie })
  })

  test.each([
    ['no length', 0],
    ['a length beyond the end', 200],
  ])('stops at an attribute with %s', (_what, length) => {
    const bytes = Uint8Array.from([...head, ...attribute(8, [3]), ...attribute(5, [16], length)])
    expect(readContent(reader, bytes)).toMatchObject({ state: 'LISTEN', shutdown: 'both', tos: undefined })
  })

  test('takes no memory from an attribute that is too short for it', () => {
    const bytes = Uint8Array.from([...head, ...attribute(8, [0]), ...attribute(7, Array(32).fill(1))])
    expect(readContent(reader, bytes)).toMatchObject({ memory: undefined })
  })

  test('leaves out what is too short, or in a state that is not known', () => {
    expect(readContent(reader, Uint8Array.from(head.slice(0, 68)))).toBeUndefined()
    expect(readContent(reader, Uint8Array.from(head.with(1, 99)))).toBeUndefined()
  })
})

describe('readUnix', () => {
  test('leaves out what is too short, or of a type that is not known', () => {
    expect(readContent(readUnix, new Uint8Array(12))).toBeUndefined()
    expect(readContent(readUnix, Uint8Array.from([1, 9, 1, 0, ...Array(12).fill(0)]))).toBeUndefined()
  })
})

describe('Channel', () => {
  test('throws what the kernel refuses, and closes its descriptor', () => {
    const before = openDescriptors()
    const channel = new Channel()
    // SOCK_DIAG_BY_FAMILY of a family that nobody has.
    const request = unixDumpRequest(1).with(0, 250)
    expect(thrownBy(() => channel.dump(socketType, request, readUnix, []))).toMatchObject({ syscall: 'sock_diag' })
    channel.close()
    expect(openDescriptors()).toBe(before)
  })
})
