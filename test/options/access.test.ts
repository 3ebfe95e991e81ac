import dgram from 'node:dgram'
import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, test } from 'vitest'
import {
  BareSocket,
  connect,
  getOption,
  listen,
  type OptionName,
  options,
  type ReadableOption,
  setOption,
  setOptions,
  type WritableOption,
} from '../../lib/index.js'
import { connectedPair, inProcess, rejectionOf, thrownBy } from '../support.js'
import { connection } from './connections.js'
import { closedFd, openSocket } from './kinds.js'

/** The errors of naming an option in each of the calls. */
function errorsFor(name: unknown) {
  const calls = [
    () => getOption(closedFd, name as ReadableOption),
    () => setOption(closedFd, name as WritableOption, true as never),
    ...(typeof name === 'string' ? [() => setOptions(closedFd, Object.fromEntries([[name, true]]))] : []),
  ]
  return calls.map(thrownBy)
}

describe('the name of an option', () => {
  test.each([
    ['so_reuseport', 'SO_REUSEPORT'],
    ['SO_REUSEPROT', 'SO_REUSEPORT'],
    ['REUSEADDR', 'SO_REUSEADDR'],
    ['TCP_NO_DELAY', 'TCP_NODELAY'],
    ['tcp_userTimeout', 'TCP_USER_TIMEOUT'],
    [' SO_LINGER ', 'SO_LINGER'],
  ])('is unknown when it is %j, and the nearest is offered', (name, offered) => {
    for (const error of errorsFor(name)) {
      expect(error).toBeInstanceOf(TypeError)
      expect(error).toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
      expect(error.message).toMatch(new RegExp(`\\b${offered}\\b`))
    }
  })

  test.each(['', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'x'.repeat(100_000), '\0', '💥'])(
    'is unknown when it is something like %.20j',
    (name) => {
      for (const error of errorsFor(name)) expect(error).toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
    },
  )

  test.each([undefined, null, 2, 2n, true, Symbol('SO_LINGER'), ['SO_LINGER'], {}, Object('SO_LINGER'), () => ''])(
    'is no %s',
    (name) => {
      for (const error of errorsFor(name)) {
        expect(error).toBeInstanceOf(TypeError)
        expect(error).toHaveProperty('code', 'ERR_INVALID_ARG_TYPE')
      }
    },
  )

  test('is checked before the target', () => {
    expect(thrownBy(() => getOption('nonsense' as never, 'SO_NONE' as never))).toHaveProperty(
      'code',
      'ERR_INVALID_ARG_VALUE',
    )
  })

  test('may be any of the table', () => {
    const names: OptionName[] = [...options.keys()]
    for (const name of names) expect(thrownBy(() => getOption(closedFd, name as ReadableOption))).toHaveProperty('code')
  })
})

describe('the target', () => {
  test('may be a descriptor, a bare socket, what has a descriptor, and any socket or server of Node', async () => {
    const { client, accepted, server } = await connectedPair()
    const datagrams = dgram.createSocket('udp4')
    datagrams.bind(0, '127.0.0.1')
    await once(datagrams, 'listening')
    using bare = openSocket('tcp')
    for (const target of [bare, bare.fd, { fd: bare.fd }, client, accepted, server, datagrams]) {
      setOption(target, 'SO_RCVTIMEO', 1000)
      expect(getOption(target, 'SO_RCVTIMEO')).toBe(1000)
    }
    for (const socket of [client, accepted]) socket.destroy()
    server.close()
    datagrams.close()
  })

  test('may be a datagram socket without a warning of Node', async () => {
    const warnings = await inProcess<string[]>(`
      import dgram from 'node:dgram'
      const warnings = []
      process.on('warning', ({ code }) => warnings.push(code))
      const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1', () => {
        sockctl.getOption(socket, 'SO_TYPE')
        socket.close(() => report(warnings))
      })`)
    expect(warnings).toEqual([])
  })

  test.each([-1, 1.5, Number.NaN, 2 ** 31, '3', null, undefined, {}, { fd: '3' }, () => 3, Symbol('3')])(
    'is no socket: %s',
    (target) => {
      for (const call of [
        () => getOption(target as never, 'SO_TYPE'),
        () => setOption(target as never, 'SO_KEEPALIVE', true),
        () => setOptions(target as never, { SO_KEEPALIVE: true }),
      ]) {
        expect(thrownBy(call).code).toMatch(/^ERR_(INVALID_ARG_TYPE|OUT_OF_RANGE)$/)
      }
    },
  )

  test('is told when it is closed', () => {
    const socket = openSocket('tcp')
    socket.close()
    expect(thrownBy(() => getOption(socket, 'SO_TYPE'))).toHaveProperty('code', 'ERR_SOCKET_CLOSED')
    expect(thrownBy(() => setOptions(socket, {}))).toHaveProperty('code', 'ERR_SOCKET_CLOSED')
  })
})

const blocking = { on: true, seconds: 5 }
const harmless = [
  { on: true, seconds: 0 },
  { on: false, seconds: 5 },
]

describe('an SO_LINGER with a time', () => {
  test('is refused on a socket or server of Node, which would block in close', async () => {
    await using made = await connection()
    for (const target of [made.client, made.accepted, made.server]) {
      const before = getOption(target, 'SO_LINGER')
      const errors = [
        thrownBy(() => setOption(target, 'SO_LINGER', blocking)),
        thrownBy(() => setOption(target, 'SO_LINGER', blocking, { force: false })),
        thrownBy(() => setOptions(target, { SO_KEEPALIVE: true, SO_LINGER: blocking })),
      ]
      for (const error of errors) expect(error).toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
      expect(getOption(target, 'SO_LINGER')).toEqual(before)
      expect(getOption(target, 'SO_KEEPALIVE')).toBe(false)
    }
  })

  test('is refused in the options of listen and connect', async () => {
    const server = net.createServer()
    const asked = { host: '127.0.0.1', options: { SO_LINGER: blocking } }
    expect(await rejectionOf(listen(server, asked))).toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
    expect(server.listening).toBe(false)
    expect(await rejectionOf(connect({ ...asked, port: 9 }))).toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
  })

  test('is set on a socket of Node when that is forced', async () => {
    await using made = await connection()
    setOption(made.client, 'SO_LINGER', blocking, { force: true })
    expect(getOption(made.client, 'SO_LINGER')).toEqual(blocking)
    setOption(made.client, 'SO_LINGER', { on: false, seconds: 0 })
    setOptions(made.accepted, { SO_LINGER: blocking }, { force: true })
    expect(getOption(made.accepted, 'SO_LINGER')).toEqual(blocking)
    setOption(made.accepted, 'SO_LINGER', { on: false, seconds: 0 })
  })

  test('is set on a bare socket and on a descriptor, which their owner closes', () => {
    using socket = new BareSocket('ipv4')
    for (const target of [socket, socket.fd, { fd: socket.fd }]) {
      setOption(target, 'SO_LINGER', { on: false, seconds: 0 })
      setOption(target, 'SO_LINGER', blocking)
      expect(getOption(target, 'SO_LINGER')).toEqual(blocking)
      setOptions(target, { SO_LINGER: { on: true, seconds: 3 } })
      expect(getOption(target, 'SO_LINGER')).toEqual({ on: true, seconds: 3 })
    }
  })

  test.each(harmless)('without one is set on a socket of Node: %j', async (value) => {
    await using made = await connection({ options: { SO_LINGER: value } }, { options: { SO_LINGER: value } })
    expect(getOption(made.client, 'SO_LINGER').on).toBe(value.on)
    setOption(made.accepted, 'SO_LINGER', value)
    setOptions(made.accepted, { SO_LINGER: value })
    expect(getOption(made.accepted, 'SO_LINGER').on).toBe(value.on)
  })

  test.each([null, 1, { force: 1 }])('has its %j checked where nothing blocks, too', (how) => {
    using socket = openSocket('tcp')
    const error = thrownBy(() => setOption(socket, 'SO_KEEPALIVE', true, how as never))
    expect(error).toHaveProperty('code', 'ERR_INVALID_ARG_TYPE')
  })

  test.each([null, 1, 'force', [], { force: 1 }, { force: 'yes' }])('is not forced by %j', async (how) => {
    await using made = await connection()
    const error = thrownBy(() => setOption(made.client, 'SO_LINGER', blocking, how as never))
    expect(error).toHaveProperty('code', 'ERR_INVALID_ARG_TYPE')
  })
})
