import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { native } from '../lib/native.js'
import { families } from '../lib/platform.js'
import { decodeAddress, encodeAddress, encodePath } from '../lib/sockaddr.js'
import { BareSocket } from '../lib/sockets/index.js'
import { thrownBy } from './support.js'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockctl-'))
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** A path in the test's folder that is so many bytes long. */
function pathOf(length: number): string {
  return `${folder}/`.padEnd(length, 'x')
}

describe('encodePath', () => {
  test.each([
    ['107 letters', 'x'.repeat(107)],
    ['107 bytes of letters that take two', `x${'é'.repeat(53)}`],
    ['a space', ' '],
    ['an abstract name of 108 bytes', `\0${'x'.repeat(107)}`],
    ['an abstract name with zero bytes in it', '\0a\0b\0'],
    ['an abstract name that is empty', '\0'],
  ])('takes %s', (_, path) => {
    expect(decodeAddress(encodePath(path, 'path'))).toEqual({ family: 'unix', path })
  })

  test.each([
    ['no letters', ''],
    ['108 letters', 'x'.repeat(108)],
    ['108 bytes of letters that take two', 'é'.repeat(54)],
    ['an abstract name of 109 bytes', `\0${'x'.repeat(108)}`],
    ['a zero byte at the end', 'x\0'],
    ['a zero byte in the middle', '/tmp/x\0y'],
  ])('refuses %s', (_, path) => {
    expect(thrownBy(() => encodePath(path, 'path'))).toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
  })

  test.each([undefined, null, 1, {}, ['/tmp/x'], Buffer.from('/tmp/x'), new URL('file:///tmp/x'), Symbol('/tmp/x')])(
    'refuses %s, which is no string',
    (path) => {
      expect(thrownBy(() => encodePath(path, 'path'))).toHaveProperty('code', 'ERR_INVALID_ARG_TYPE')
    },
  )

  test('ends a path with a zero byte and an abstract name with none', () => {
    expect([...encodePath('/x', 'path').subarray(2)]).toEqual([47, 120, 0])
    expect([...encodePath('\0x', 'path').subarray(2)]).toEqual([0, 120])
  })

  test('is read back by decodeAddress, or refused for its length or its zero bytes', () => {
    const path = fc.string({ unit: 'grapheme', maxLength: 120 }).chain((text) => fc.constantFrom(text, `\0${text}`))
    fc.assert(
      fc.property(path, (text) => {
        const most = text.startsWith('\0') ? 108 : 107
        const fits = Buffer.byteLength(text) <= most && text !== '' && text.lastIndexOf('\0') <= 0
        if (fits) expect(decodeAddress(encodePath(text, 'path'))).toEqual({ family: 'unix', path: text })
        else expect(thrownBy(() => encodePath(text, 'path'))).toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
      }),
      { numRuns: 2000 },
    )
  })
})

describe('encodeAddress', () => {
  test('names the property that is wrong', () => {
    expect(thrownBy(() => encodeAddress('unix', {}, 'options')).message).toContain('options.path')
  })
})

describe('the address of a Unix socket', () => {
  test.each([40, 106, 107])('is the path that it was bound to: %i bytes', (length) => {
    using socket = new BareSocket('unix')
    socket.bind({ path: pathOf(length) })
    expect(socket.address()).toEqual({ family: 'unix', path: pathOf(length) })
  })

  test.each([
    ['short', `\0sockctl-${process.pid}`],
    ['with zero bytes in it', `\0sockctl-${process.pid}\0\0x\0`],
    ['of 108 bytes', `\0sockctl-${process.pid}`.padEnd(108, 'x')],
  ])('is the abstract name that it was bound to: %s', (_, path) => {
    using socket = new BareSocket('unix', 'datagram')
    socket.bind({ path })
    expect(socket.address()).toEqual({ family: 'unix', path })
  })

  test('is empty before it is bound', () => {
    using socket = new BareSocket('unix')
    expect(socket.address()).toEqual({ family: 'unix', path: '' })
  })

  test('is read whole where somebody else left no room for a zero byte', () => {
    using socket = new BareSocket('unix')
    const path = pathOf(108)
    expect(native.bind(socket.fd, Buffer.concat([Buffer.from([families.unix, 0]), Buffer.from(path)]))).toBe(0)
    expect(socket.address()).toEqual({ family: 'unix', path })
  })
})
