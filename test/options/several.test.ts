import { describe, expect, test } from 'vitest'
import {
  BareSocket,
  getOption,
  type ReadableOption,
  type SocketKind,
  type SocketOptions,
  setOption,
  setOptions,
} from '../../lib/index.js'
import { inProcess, isRoot, nobody, thrownBy } from '../support.js'
import { connection } from './connections.js'
import { closedFd, isHere, kinds, kindsOf, openSocket, whyNoSocket } from './kinds.js'
import { forKind, type Sample, sampled, samples } from './samples.js'

/** The kernel refuses it, and it is among the last of the table. */
const refused = { TCP_ULP: 'nonesuch' } as const
const refusal = { code: 'ENOENT', syscall: 'setsockopt', option: 'TCP_ULP' }

describe('setOptions', () => {
  test('sets all that it is given', () => {
    using socket = openSocket('tcp')
    const values = { SO_KEEPALIVE: true, IP_TTL: 9, TCP_KEEPIDLE: 33, SO_LINGER: { on: true, seconds: 2 } }
    setOptions(socket, values)
    for (const [name, value] of Object.entries(values)) expect(getOption(socket, name as ReadableOption)).toEqual(value)
  })

  test('does without what is undefined', () => {
    using socket = openSocket('tcp')
    setOptions(socket, { SO_KEEPALIVE: undefined, IP_TTL: 9, TCP_MAXSEG: undefined })
    expect([getOption(socket, 'SO_KEEPALIVE'), getOption(socket, 'IP_TTL')]).toEqual([false, 9])
    setOptions(socket, {})
  })

  test('goes by the order of the table, not by that of the object', () => {
    using socket = openSocket('udp')
    // IP_TOS brings a priority of its own, so the one that is asked for has to come after it.
    setOptions(socket, { SO_PRIORITY: 3, IP_TOS: 0x10 })
    expect([getOption(socket, 'SO_PRIORITY'), getOption(socket, 'IP_TOS')]).toEqual([3, 0x10])
  })

  test('takes the first that the system refuses, by the same order', () => {
    using socket = openSocket('tcp')
    const values = { TCP_ULP: 'nonesuch', TCP_CONGESTION: 'nonesuch', IP_TTL: 0 }
    expect(thrownBy(() => setOptions(socket, values))).toHaveProperty('option', 'IP_TTL')
    const { IP_TTL: _, ...others } = values
    expect(thrownBy(() => setOptions(socket, others))).toHaveProperty('option', 'TCP_CONGESTION')
  })

  test.each([null, undefined, 1, 'SO_KEEPALIVE', [], () => ({})])('takes an object of options, not %s', (values) => {
    expect(thrownBy(() => setOptions(closedFd, values as never))).toHaveProperty('code', 'ERR_INVALID_ARG_TYPE')
  })

  test.each<[string, SocketOptions, string]>([
    ['of the wrong type', { SO_KEEPALIVE: true, TCP_NODELAY: 1 as never }, 'ERR_INVALID_ARG_TYPE'],
    ['out of range', { SO_KEEPALIVE: true, TCP_KEEPIDLE: 0 }, 'ERR_OUT_OF_RANGE'],
    ['for an option of other platforms', { SO_KEEPALIVE: true, SO_NOSIGPIPE: true }, 'ERR_SOCKCTL_UNSUPPORTED'],
    ['for what can only be read', { SO_KEEPALIVE: true, ...{ SO_TYPE: 1 } }, 'ERR_INVALID_ARG_VALUE'],
    ['for what is no option', { SO_KEEPALIVE: true, ...{ SO_NONE: 1 } }, 'ERR_INVALID_ARG_VALUE'],
  ])('sets nothing when a value is %s', (_, values, code) => {
    using socket = openSocket('tcp')
    expect(thrownBy(() => setOptions(socket, values))).toHaveProperty('code', code)
    expect(getOption(socket, 'SO_KEEPALIVE')).toBe(false)
    expect(thrownBy(() => setOptions(closedFd, values))).toHaveProperty('code', code)
  })

  test('puts back what a socket of Node had when the system refuses a later option', async () => {
    await using made = await connection()
    const before = getOption(made.client, 'SO_RCVBUF')
    const values = { SO_KEEPALIVE: true, SO_RCVBUF: 20_000, TCP_NODELAY: true, ...refused }
    expect(thrownBy(() => setOptions(made.client, values))).toMatchObject(refusal)
    expect(getOption(made.client, 'SO_KEEPALIVE')).toBe(false)
    expect(getOption(made.client, 'TCP_NODELAY')).toBe(false)
    expect(getOption(made.client, 'SO_RCVBUF')).toBe(before)
  })

  test('puts back values that were set before, not those of the system', () => {
    using socket = openSocket('tcp')
    const own = { SO_RCVBUF: 30_000, TCP_MAXSEG: 900, TCP_KEEPIDLE: 44, IP_TTL: 3 }
    setOptions(socket, own)
    const values = { SO_RCVBUF: 90_000, TCP_MAXSEG: 1100, TCP_KEEPIDLE: 55, IP_TTL: 5, ...refused }
    expect(thrownBy(() => setOptions(socket, values))).toMatchObject(refusal)
    const read = Object.fromEntries(Object.keys(own).map((name) => [name, getOption(socket, name as ReadableOption)]))
    expect(read).toEqual({ ...own, SO_RCVBUF: 60_000 })
  })

  test('puts back two names of one switch', () => {
    using socket = openSocket('tcp6')
    thrownBy(() => setOptions(socket, { IP_FREEBIND: true, IPV6_FREEBIND: true, ...refused }))
    expect(getOption(socket, 'IP_FREEBIND')).toBe(false)
  })

  test('puts back the priority that a change of IP_TOS took with it', () => {
    using socket = openSocket('tcp')
    setOption(socket, 'SO_PRIORITY', 5)
    thrownBy(() => setOptions(socket, { IP_TOS: 0x10, ...refused }))
    expect(getOption(socket, 'SO_PRIORITY')).toBe(5)
  })

  test('puts back the kind of timestamp that another kind took the place of', () => {
    using socket = openSocket('tcp')
    setOption(socket, 'SO_TIMESTAMPNS', true)
    thrownBy(() => setOptions(socket, { SO_TIMESTAMP: true, ...refused }))
    expect(getOption(socket, 'SO_TIMESTAMPNS')).toBe(true)
  })

  test.skipIf(!isHere('SO_BUF_LOCK'))('gives back to the system the size of a buffer that it sized before', () => {
    using socket = openSocket('tcp')
    const size = getOption(socket, 'SO_SNDBUF')
    thrownBy(() => setOptions(socket, { SO_SNDBUF: 10_000, ...refused }))
    expect([getOption(socket, 'SO_SNDBUF'), getOption(socket, 'SO_BUF_LOCK')]).toEqual([size, 'none'])
  })

  test.skipIf(!isRoot)(`puts back a buffer that is past the system's limit${isRoot ? '' : ' (needs root)'}`, () => {
    using socket = openSocket('udp')
    setOption(socket, 'SO_RCVBUFFORCE', 50_000_000)
    thrownBy(() => setOptions(socket, { SO_RCVBUF: 10_000, ...refused }))
    expect(getOption(socket, 'SO_RCVBUF')).toBe(100_000_000)
  })
})

/** Options that come after the one that is refused, so that they are never set. */
const later = ['TCP_INQ', 'TCP_RTO_MAX_MS', 'TCP_REPAIR']

function casesOf(kind: SocketKind) {
  return sampled
    .filter((name) => kindsOf(name).includes(kind) && isHere(name))
    .filter((name) => name !== 'SO_LOCK_FILTER' && !name.startsWith('UDP_') && !later.includes(name))
    .filter((name) => isRoot || !((samples[name] as Sample).root || /^SO_BINDTO|^SO_TXTIME$/.test(name)))
}

describe('setOptions, refused', () => {
  for (const kind of kinds) {
    const why = whyNoSocket(kind)
    test.skipIf(why).each(casesOf(kind))(`puts back on a ${kind} socket${why}: %s`, (name) => {
      using socket = openSocket(kind)
      const initial = getOption(socket, name)
      const sample: Sample = samples[name]
      const error = thrownBy(() => setOptions(socket, { [name]: forKind(sample.value, kind), ...refused }))
      expect(error).toMatchObject({ syscall: 'setsockopt', option: 'TCP_ULP' })
      expect(getOption(socket, name)).toEqual(sample.after ?? initial)
    })
  }

  test.skipIf(!isRoot)(`leaves nothing set for nobody, who may not mark${isRoot ? '' : ' (needs root)'}`, async () => {
    const answer = await inProcess<unknown[]>(
      `
      const socket = new sockctl.BareSocket('ipv4')
      const read = () => ['SO_KEEPALIVE', 'SO_RCVBUF', 'IP_TTL'].map((name) => sockctl.getOption(socket, name))
      const before = read()
      try {
        sockctl.setOptions(socket, { SO_MARK: 7, SO_KEEPALIVE: true, SO_RCVBUF: 9000, IP_TTL: 5 })
      } catch ({ code, syscall, option }) {
        report([code, syscall, option, JSON.stringify(read()) === JSON.stringify(before)])
      }`,
      nobody,
    )
    expect(answer).toEqual(['EPERM', 'setsockopt', 'SO_MARK', true])
  })
})

test('setOptions puts back what putting another option back disturbed', () => {
  using socket = new BareSocket('ipv4')
  setOption(socket, 'SO_PRIORITY', 6)
  expect(() => setOptions(socket, { IP_TOS: 0x10, TCP_CONGESTION: 'nonesuch' })).toThrow()
  expect(getOption(socket, 'SO_PRIORITY')).toBe(6)
})
