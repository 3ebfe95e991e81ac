/** A value and the words for it. */
type Labelled = readonly [label: string, value: unknown]

/** Numbers that are no 32-bit integers. One that is cut to 32 bits would hit a descriptor that somebody has open. */
export const notIntegers = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0.5,
  -0.5,
  1.0000000000000002,
  Number.MIN_VALUE,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 32,
  2 ** 32 + 1,
  -(2 ** 32),
  2 ** 53,
  2 ** 53 + 2,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
]

/** The corners of what a 32-bit integer can be. */
export const hostileIntegers = [-(2 ** 31), -(2 ** 31) + 1, -65536, -1, -0, 0, 255, 65536, 2 ** 31 - 2, 2 ** 31 - 1]

/** Numbers that are integers however they are written, and what they mean. */
export const integers = [
  [-0, 0],
  [0, 0],
  [1, 1],
  [2 ** 31 - 1, 1],
  [-(2 ** 31), 1],
] as const

function throwing(): never {
  throw new RangeError('must not be called')
}

/** Values that are neither numbers nor Uint8Arrays. */
function neither(): Labelled[] {
  return [
    ['undefined', undefined],
    ['null', null],
    ['a boolean', true],
    ['an empty string', ''],
    ['a numeric string', '1'],
    ['a symbol', Symbol('fd')],
    ['a bigint', 1n],
    ['an object', {}],
    ['an object without a prototype', Object.create(null)],
    ['an array', [1]],
    ['a function', () => 1],
    ['a class', class {}],
    ['a date', new Date(1)],
    ['a regular expression', /1/],
    ['a promise', Promise.resolve(1)],
    ['a boxed number', Object(1)],
    ['an array buffer', new ArrayBuffer(16)],
    ['a shared array buffer', new SharedArrayBuffer(16)],
    ['a data view', new DataView(new ArrayBuffer(16))],
    ['an Int8Array', new Int8Array(16)],
    ['a Uint8ClampedArray', new Uint8ClampedArray(16)],
    ['a Uint16Array', new Uint16Array(16)],
    ['an Int32Array', new Int32Array(16)],
    ['a Float64Array', new Float64Array(16)],
    ['a BigInt64Array', new BigInt64Array(2)],
    ['a proxy of an object', new Proxy({}, { get: throwing, getPrototypeOf: throwing })],
    ['a proxy of a Uint8Array', new Proxy(new Uint8Array(16), {})],
    ['a revoked proxy', revoked()],
    ['an object that claims to be a Uint8Array', Object.create(Uint8Array.prototype)],
    ['an object whose valueOf throws', { valueOf: throwing, toString: throwing, [Symbol.toPrimitive]: throwing }],
    ['an object whose length throws', Object.defineProperty({}, 'length', { get: throwing })],
  ]
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

/** Values that are no numbers. */
export function wrongForNumber(): Labelled[] {
  return [...neither(), ['a Uint8Array', new Uint8Array(4)], ['a buffer', Buffer.alloc(4)]]
}

/** Values that are no Uint8Arrays. */
export function wrongForBytes(): Labelled[] {
  return [...neither(), ['0', 0], ['a number', 7], ['NaN', Number.NaN]]
}

function detached(): Uint8Array {
  const bytes = new Uint8Array(128)
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
  return bytes
}

/** An array whose buffer shrank until nothing of the array was left in it. */
function outOfBounds(): Uint8Array {
  const buffer: ArrayBuffer = Reflect.construct(ArrayBuffer, [256, { maxByteLength: 256 }])
  const bytes = new Uint8Array(buffer, 128, 64)
  Reflect.apply(Reflect.get(ArrayBuffer.prototype, 'resize'), buffer, [16])
  return bytes
}

/** More bytes than a 32-bit integer can count. One for all: the system gives out the pages as they are written to. */
export const tooMany = new Uint8Array(2 ** 31)

/** Uint8Arrays of all lengths and origins. None is the address of a Unix socket, which would make a file. */
export function hostileBytes(): (readonly [label: string, value: Uint8Array])[] {
  tooMany.fill(0, 0, 256)
  return [
    ['no bytes', new Uint8Array(0)],
    ['1 byte', Uint8Array.of(255)],
    ['2 bytes', Uint8Array.of(2, 0)],
    ['3 bytes', Uint8Array.of(2, 0, 255)],
    ['an address cut short', Uint8Array.of(2, 0, 0, 0, 127, 0, 0)],
    ['128 zero bytes', new Uint8Array(128)],
    ['128 bytes of ones', new Uint8Array(128).fill(255)],
    ['129 bytes', new Uint8Array(129).fill(2)],
    ['65536 bytes', new Uint8Array(65536).fill(65)],
    ['2^31 - 1 bytes', tooMany.subarray(1)],
    ['2^31 bytes', tooMany],
    ['a part of a buffer', new Uint8Array(new ArrayBuffer(64), 13, 16)],
    ['an empty part at the end', new Uint8Array(new ArrayBuffer(64), 64)],
    ['a pooled buffer', Buffer.from('\x02\0\0\0\x7f\0\0\x01\0\0\0\0\0\0\0\0')],
    ['shared memory', new Uint8Array(new SharedArrayBuffer(128))],
    ['a detached array', detached()],
    ['an array out of bounds', outOfBounds()],
  ]
}
