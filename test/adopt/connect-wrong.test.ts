import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type ConnectOptions, connect } from '../../lib/index.js'
import { native } from '../../lib/native.js'
import { rejectionOf } from '../support.js'

const calls = Object.keys(native) as (keyof typeof native)[]

beforeEach(() => {
  for (const name of calls) vi.spyOn(native, name)
})

afterEach(() => {
  vi.restoreAllMocks()
})

const notBoolean = [1, 'true', null]
const notNumber = ['1', null, {}]
const notCount = [-1, 0.5, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY]
const path = '/x'

/** Each option with values that are wrong for it, and the code for these. */
const wrong: [option: string, values: readonly unknown[], code: string, others?: object][] = [
  ['port', ['80', null, {}], 'ERR_INVALID_ARG_TYPE'],
  ['port', [-1, 65_536, 0.5, Number.NaN], 'ERR_SOCKET_BAD_PORT'],
  ['host', [1, null, {}], 'ERR_INVALID_ARG_TYPE'],
  ['path', [1, null, Buffer.from('/x')], 'ERR_INVALID_ARG_TYPE', { port: undefined }],
  ['path', ['', '/x\0y', `/${'x'.repeat(107)}`, `\0${'x'.repeat(108)}`], 'ERR_INVALID_ARG_VALUE', { port: undefined }],
  ['localAddress', [1, null, {}], 'ERR_INVALID_ARG_TYPE'],
  ['localAddress', ['', 'localhost', '127.0.0.256', '::1::'], 'ERR_INVALID_IP_ADDRESS'],
  ['localPort', ['80', 'any', null, true], 'ERR_INVALID_ARG_TYPE'],
  ['localPort', [-1, 65_536, 0.5, Number.NaN], 'ERR_SOCKET_BAD_PORT'],
  ['localPort', [{ low: 0 }, { high: 1024 }, { start: 1 }, { low: 700, high: 600 }], 'ERR_OUT_OF_RANGE'],
  ['localPort', [{ address: 'localhost' }], 'ERR_INVALID_IP_ADDRESS'],
  ['reuseAddress', notBoolean, 'ERR_INVALID_ARG_TYPE'],
  ['autoSelectFamily', notBoolean, 'ERR_INVALID_ARG_TYPE'],
  ['allowHalfOpen', notBoolean, 'ERR_INVALID_ARG_TYPE'],
  ['noDelay', notBoolean, 'ERR_INVALID_ARG_TYPE'],
  ['keepAlive', notBoolean, 'ERR_INVALID_ARG_TYPE'],
  ['autoSelectFamilyAttemptTimeout', notNumber, 'ERR_INVALID_ARG_TYPE'],
  ['autoSelectFamilyAttemptTimeout', notCount, 'ERR_OUT_OF_RANGE'],
  ['timeout', notNumber, 'ERR_INVALID_ARG_TYPE'],
  ['timeout', notCount, 'ERR_OUT_OF_RANGE'],
  ['keepAliveInitialDelay', notNumber, 'ERR_INVALID_ARG_TYPE'],
  ['keepAliveInitialDelay', notCount, 'ERR_OUT_OF_RANGE'],
  ['hints', notNumber, 'ERR_INVALID_ARG_TYPE'],
  ['hints', notCount, 'ERR_OUT_OF_RANGE'],
  ['family', [5, '4', 'IPv4', null, Number.NaN], 'ERR_INVALID_ARG_VALUE'],
  ['lookup', [1, null, {}], 'ERR_INVALID_ARG_TYPE'],
  ['signal', [{}, null, new AbortController()], 'ERR_INVALID_ARG_TYPE'],
  ['control', [1, null, {}], 'ERR_INVALID_ARG_TYPE'],
  ['options', [1, [], 'SO_KEEPALIVE'], 'ERR_INVALID_ARG_TYPE'],
  ['options', [{ SO_KEEPALIV: true }, { SO_TYPE: 1 }, { toString: 1 }], 'ERR_INVALID_ARG_VALUE'],
  ['options', [{ SO_KEEPALIVE: 1 }, { SO_RCVBUF: '1' }], 'ERR_INVALID_ARG_TYPE'],
  ['options', [{ SO_LINGER: { on: true, seconds: 1 } }], 'ERR_INVALID_ARG_VALUE'],
  ['port', [80], 'ERR_INVALID_ARG_VALUE', { path }],
  ['host', ['localhost'], 'ERR_INVALID_ARG_VALUE', { path, port: undefined }],
  ['localAddress', ['127.0.0.1'], 'ERR_INVALID_ARG_VALUE', { path, port: undefined }],
  ['localPort', [0, 'reserved'], 'ERR_INVALID_ARG_VALUE', { path, port: undefined }],
]

const cases = wrong.flatMap(([option, values, code, others]) =>
  values.map((value) => [option, value, code, others] as const),
)

describe('connect', () => {
  test.each(cases)('rejects %s %j with %s before any system call', async (option, value, code, others) => {
    const options = {
      host: '127.0.0.1',
      port: 9,
      ...(others && 'path' in others ? { host: undefined } : {}),
      ...others,
    }
    const error = await rejectionOf(connect({ ...options, [option]: value } as ConnectOptions))
    expect(error).toHaveProperty('code', code)
    expect(calls.filter((name) => vi.mocked(native[name]).mock.calls.length > 0)).toEqual([])
  })

  test.each([
    ['undefined', undefined, 'ERR_INVALID_ARG_TYPE'],
    ['null', null, 'ERR_INVALID_ARG_TYPE'],
    ['a port', 80, 'ERR_INVALID_ARG_TYPE'],
    ['a path', '/x', 'ERR_INVALID_ARG_TYPE'],
    ['an array', [80], 'ERR_INVALID_ARG_TYPE'],
    ['neither port nor path', {}, 'ERR_MISSING_ARGS'],
    ['a host without a port', { host: '127.0.0.1' }, 'ERR_MISSING_ARGS'],
  ])('rejects %s', async (_, options, code) => {
    expect(await rejectionOf(connect(options as ConnectOptions))).toHaveProperty('code', code)
    expect(native.socket).not.toHaveBeenCalled()
  })
})
