import { describe, expect, test } from 'vitest'
import { errnoOf } from '../../lib/errors.js'
import { getOption, getRawOption, setOption, setRawOption } from '../../lib/index.js'
import { thrownBy } from '../support.js'
import { closedFd, openSocket } from './kinds.js'

const [solSocket, keepAlive, linger, peekOff, mark] = [1, 9, 13, 42, 36]

describe('getRawOption', () => {
  test('gives the bytes that the kernel wrote', () => {
    using socket = openSocket('tcp')
    expect([...getRawOption(socket, solSocket, 3)]).toEqual([...new Uint8Array(Int32Array.of(1).buffer)])
    expect(getRawOption(socket, solSocket, linger, 8)).toEqual(Buffer.alloc(8))
  })

  test('gives a negative value as it is', () => {
    using socket = openSocket('udp')
    expect(getRawOption(socket, solSocket, peekOff).readInt32LE()).toBe(-1)
  })

  test('gives no more than there is room for, and no more than the kernel has', () => {
    using socket = openSocket('tcp')
    expect(getRawOption(socket, solSocket, linger, 4)).toHaveLength(4)
    expect(getRawOption(socket, solSocket, linger, 100)).toHaveLength(8)
    expect(getRawOption(socket, solSocket, linger, 65_536)).toHaveLength(8)
  })

  test('gives no bytes when there is room for none', () => {
    using socket = openSocket('tcp')
    expect(getRawOption(socket, solSocket, keepAlive, 0)).toEqual(Buffer.alloc(0))
  })

  test('gives memory of its own each time', () => {
    using socket = openSocket('tcp')
    const first = getRawOption(socket, solSocket, keepAlive)
    setOption(socket, 'SO_KEEPALIVE', true)
    expect(getRawOption(socket, solSocket, keepAlive).readInt32LE()).toBe(1)
    expect(first.readInt32LE()).toBe(0)
  })

  test.each([
    [1, 9999, 'ENOPROTOOPT'],
    [9999, 1, 'ENOTSUP'],
  ])('says of the unknown option %s/%s what the kernel says', (level, name, code) => {
    using socket = openSocket('tcp')
    const error = thrownBy(() => getRawOption(socket, level, name))
    expect(error).toMatchObject({ code, syscall: 'getsockopt', option: `${level}/${name}` })
  })

  test.each([-1, 65_537, 1.5, Number.NaN, 2 ** 32])('has no room for a length of %s', (length) => {
    const error = thrownBy(() => getRawOption(closedFd, 1, 9, length))
    expect(error).toHaveProperty('code', 'ERR_OUT_OF_RANGE')
  })
})

describe('setRawOption', () => {
  test('sets an integer', () => {
    using socket = openSocket('tcp')
    setRawOption(socket, solSocket, keepAlive, 1)
    expect(getOption(socket, 'SO_KEEPALIVE')).toBe(true)
  })

  test('sets bytes, from wherever they begin', () => {
    using socket = openSocket('tcp')
    const words = Int32Array.of(7, 1, 5, 7)
    setRawOption(socket, solSocket, linger, new Uint8Array(words.buffer, 4, 8))
    expect(getOption(socket, 'SO_LINGER')).toEqual({ on: true, seconds: 5 })
    setRawOption(socket, solSocket, linger, Buffer.alloc(8))
    expect(getOption(socket, 'SO_LINGER')).toEqual({ on: false, seconds: 5 })
  })

  test.each([
    [2 ** 32 - 1, -1],
    [-1, -1],
    [2 ** 31 - 1, 2 ** 31 - 1],
  ])('takes %s, signed or unsigned, for the same 32 bits as %s', (value, signed) => {
    using socket = openSocket('udp')
    setRawOption(socket, solSocket, peekOff, 5)
    setRawOption(socket, solSocket, peekOff, value)
    expect(getOption(socket, 'SO_PEEK_OFF')).toBe(signed)
  })

  test('takes bytes of any length as far as the kernel, which wants its own', () => {
    using socket = openSocket('tcp')
    for (const length of [0, 1, 3]) {
      const error = thrownBy(() => setRawOption(socket, solSocket, keepAlive, new Uint8Array(length)))
      expect(error).toMatchObject({ code: 'EINVAL', syscall: 'setsockopt', option: '1/9' })
    }
    setRawOption(socket, solSocket, keepAlive, Uint8Array.of(1, 0, 0, 0, 9, 9, 9, 9))
    expect(getOption(socket, 'SO_KEEPALIVE')).toBe(true)
  })

  test.each([2 ** 32, -(2 ** 31) - 1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('has no 32 bits for %s', (value) => {
    const error = thrownBy(() => setRawOption(closedFd, solSocket, mark, value))
    expect(error).toHaveProperty('code', 'ERR_OUT_OF_RANGE')
  })

  test.each(['1', true, null, undefined, 1n, {}, [1], new ArrayBuffer(4), new DataView(new ArrayBuffer(4))])(
    'takes no %s for a value',
    (value) => {
      const error = thrownBy(() => setRawOption(closedFd, solSocket, mark, value as never))
      expect(error).toHaveProperty('code', 'ERR_INVALID_ARG_TYPE')
    },
  )

  test.each([
    [1, 9999, 'ENOPROTOOPT'],
    [9999, 1, 'ENOPROTOOPT'],
  ])('says of the unknown option %s/%s what the kernel says', (level, name, code) => {
    using socket = openSocket('tcp')
    const error = thrownBy(() => setRawOption(socket, level, name, 1))
    expect(error).toMatchObject({ code, errno: errnoOf(code), syscall: 'setsockopt', option: `${level}/${name}` })
  })
})

describe('the raw door', () => {
  test.each<[unknown, unknown, string]>([
    ['1', 9, 'ERR_INVALID_ARG_TYPE'],
    [1, '9', 'ERR_INVALID_ARG_TYPE'],
    [undefined, 9, 'ERR_INVALID_ARG_TYPE'],
    [1, 9n, 'ERR_INVALID_ARG_TYPE'],
    [-1, 9, 'ERR_OUT_OF_RANGE'],
    [1, -1, 'ERR_OUT_OF_RANGE'],
    [2 ** 31, 9, 'ERR_OUT_OF_RANGE'],
    [1, 0.5, 'ERR_OUT_OF_RANGE'],
    [Number.NaN, 9, 'ERR_OUT_OF_RANGE'],
  ])('takes no level %s with the number %s', (level, name, code) => {
    for (const call of [
      () => getRawOption(closedFd, level as number, name as number),
      () => setRawOption(closedFd, level as number, name as number, 1),
    ]) {
      expect(thrownBy(call)).toHaveProperty('code', code)
    }
  })

  test('tells a closed descriptor', () => {
    expect(thrownBy(() => getRawOption(closedFd, 1, 9))).toMatchObject({ code: 'EBADF', syscall: 'getsockopt' })
    expect(thrownBy(() => setRawOption(closedFd, 1, 9, 1))).toMatchObject({ code: 'EBADF', syscall: 'setsockopt' })
    const bytes = new Uint8Array(4)
    expect(thrownBy(() => setRawOption(closedFd, 1, 9, bytes))).toMatchObject({ code: 'EBADF', syscall: 'setsockopt' })
  })
})
