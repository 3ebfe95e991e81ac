import { closeSync, openSync } from 'node:fs'
import { BareSocket } from '../../lib/index.js'

/** What a hostile value throws by itself; the library lets it pass. */
export class Trap extends Error {
  readonly code = 'TRAP'
}

function trap(): never {
  throw new Trap('a trap')
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

/** A descriptor that was open, of a number that nothing else gets soon. */
function closedDescriptor(): number {
  const opened: number[] = []
  while ((opened.at(-1) ?? 0) < 300) opened.push(openSync('/dev/null', 'r'))
  for (const fd of opened) closeSync(fd)
  return opened.at(-1) as number
}

function closedSocket(): BareSocket {
  const socket = new BareSocket('ipv4')
  socket.close()
  return socket
}

/** A descriptor of a file, for the tests of one process. */
export const fileDescriptor = openSync('/dev/null', 'r')

const handler: ProxyHandler<object> = {
  get: trap,
  has: trap,
  ownKeys: trap,
  getPrototypeOf: trap,
  getOwnPropertyDescriptor: trap,
}

/**
 * Values that no function asks for, or only in some place, each made anew. Of numbers none is the descriptor of somebody
 * else; text is nothing that a name server would be asked for.
 */
export const hostile: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  '-Infinity': () => Number.NEGATIVE_INFINITY,
  '-1': () => -1,
  '0.5': () => 0.5,
  '65536': () => 65_536,
  '2^31 - 1': () => 2 ** 31 - 1,
  '2^31': () => 2 ** 31,
  '-2^31': () => -(2 ** 31),
  '2^32 + 1': () => 2 ** 32 + 1,
  '2^53': () => 2 ** 53,
  'the largest number': () => Number.MAX_VALUE,
  'a bigint': () => 10n,
  'a huge bigint': () => 2n ** 64n,
  'a symbol': () => Symbol('hostile'),
  'no text': () => '',
  'a zero byte': () => '\0',
  'text with a zero byte': () => '127.0.0.1\0.example',
  'half a character': () => '\ud800',
  'a million letters': () => 'x'.repeat(1e6),
  'a number as text': () => '1e3',
  __proto__: () => '__proto__',
  'an array': () => [],
  'an array of itself': () => {
    const array: unknown[] = []
    array.push(array)
    return array
  },
  'a sparse array': () => new Array(1e5),
  'no bytes': () => new Uint8Array(0),
  'many bytes': () => new Uint8Array(1e6),
  'bytes that were taken away': () => {
    const bytes = new Uint8Array(64)
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
    return bytes
  },
  'an object': () => ({}),
  'an object without a prototype': () => Object.create(null),
  'an object that throws where it is converted': () => ({ toString: trap, valueOf: trap, [Symbol.toPrimitive]: trap }),
  'an object whose fd throws': () => Object.defineProperty({}, 'fd', { get: trap, enumerable: true }),
  'an object whose iterator throws': () => ({ [Symbol.iterator]: trap, [Symbol.asyncIterator]: trap }),
  'a proxy that throws': () => new Proxy({}, handler),
  'a proxy of a function that throws': () => new Proxy(() => {}, { ...handler, apply: trap, construct: trap }),
  'a revoked proxy': revoked,
  'a function that throws': () => trap,
  'a promise that is rejected': () => {
    const promise = Promise.reject(new Trap('a trap'))
    promise.catch(() => {})
    return promise
  },
  'a date that is none': () => new Date(Number.NaN),
  'a signal that fired': () => AbortSignal.abort(),
  'a map': () => new Map([[{}, Symbol('hostile')]]),
  'a closed descriptor': closedDescriptor,
  'a file': () => fileDescriptor,
  'an object with the descriptor of a file': () => ({ fd: fileDescriptor }),
  'a closed socket': closedSocket,
}

/** The names of the hostile values. */
export const labels = Object.keys(hostile)
