import { release } from 'node:os'
import { describe, expect, test } from 'vitest'
import {
  BareSocket,
  getOption,
  getRawOption,
  type OptionName,
  options,
  type ReadableOption,
  type SocketKind,
  type SystemError,
  setOption,
} from '../../lib/index.js'
import { levelNumber } from '../../lib/options/row.js'
import { table } from '../../lib/options/table/index.js'
import { isRoot } from '../support.js'
import { isLinux, kindsOf, openSocket } from './kinds.js'

const all = [...options]

/** The Linux that an option came with, where that is newer than 5.4. */
const since: Partial<Record<OptionName, readonly [number, number]>> = {
  IP_RECVERR_RFC4884: [5, 9],
  IPV6_RECVERR_RFC4884: [5, 9],
  SO_PREFER_BUSY_POLL: [5, 11],
  SO_NETNS_COOKIE: [5, 14],
  SO_BUF_LOCK: [5, 15],
  SO_RESERVE_MEM: [5, 16],
  SO_TXREHASH: [5, 18],
  SO_RCVMARK: [5, 19],
  IP_LOCAL_PORT_RANGE: [6, 3],
  IP_PROTOCOL: [6, 4],
  TCP_IS_MPTCP: [6, 9],
  SO_RCVPRIORITY: [6, 14],
  // Read on 6.18, only set on 6.1.
  IP_ROUTER_ALERT: [6, 18],
  IPV6_ROUTER_ALERT: [6, 18],
  TCP_RTO_MAX_MS: [6, 15],
  TCP_RTO_MIN_US: [6, 15],
  TCP_DELACK_MAX_US: [6, 15],
  SO_PASSRIGHTS: [6, 16],
  SO_RIGHTS_NOTRUNC: [7, 0],
  SO_PEERPIDFD: [6, 5],
  SO_PASSPIDFD: [6, 5],
  MPTCP_INFO: [5, 16],
  MPTCP_TCPINFO: [5, 16],
  MPTCP_SUBFLOW_ADDRS: [5, 16],
  MPTCP_FULL_INFO: [6, 5],
}

/** Options that some kernels lack for reasons of their own: no module that labels sockets, no option at all, no TLS or TCP-AO. */
const sometimes: readonly OptionName[] = [
  'SO_PEERSEC',
  'IPV6_HOPLIMIT',
  'TLS_TX',
  'TLS_RX',
  'TLS_TX_ZEROCOPY_RO',
  'TLS_RX_EXPECT_NO_PAD',
  'TCP_AO_INFO',
  'TCP_AO_GET_KEYS',
  'TCP_AO_REPAIR',
]

/** The code of the error that a function throws, undefined where it throws none. */
function codeOf(run: () => unknown): string | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    return (error as SystemError).code
  }
}

/** A new socket, of the protocol with the most options where it is raw. */
function openAvailable(kind: SocketKind): BareSocket {
  if (kind === 'raw') return new BareSocket('ipv4', 'raw', 1)
  return kind === 'raw6' ? new BareSocket('ipv6', 'raw', 58) : openSocket(kind)
}

/** Whether reading an option finds it on some kind of socket that it is for; undefined where no socket may be made. */
function isFound(name: ReadableOption): boolean | undefined {
  const kinds = kindsOf(name).filter((kind) => isRoot || !kind.startsWith('raw'))
  if (kinds.length === 0) return undefined
  return kinds.some((kind) => {
    using socket = openAvailable(kind)
    try {
      getOption(socket, name)
      return true
    } catch (error) {
      return (error as SystemError).code !== 'ERR_SOCKCTL_UNSUPPORTED'
    }
  })
}

describe('options', () => {
  test('has every row of the table, in its order', () => {
    expect([...options.keys()]).toEqual(Object.keys(table))
    expect(options.size).toBeGreaterThan(110)
  })

  test.each(all)('%s has a name, a level, a number, a source and kinds of socket', (name, info) => {
    expect(info.name).toBe(name)
    expect(info).toMatchObject(table[name])
    expect(info.source).not.toBe('')
    expect(info.sockets.length).toBeGreaterThan(0)
    const numbers = Object.values(info.number)
    expect(numbers.length).toBeGreaterThan(0)
    for (const number of numbers) expect(Number.isInteger(number)).toBe(true)
    expect(levelNumber(info.level) >= 0).toBe(info.level !== 'WSAIoctl')
  })

  test('has each level and number of Linux under one name, but for aliases', () => {
    const keys = all.filter(([, info]) => isLinux(info)).map(([, { level, number }]) => `${level}/${number.linux}`)
    const twice = keys.filter((key, index) => keys.indexOf(key) !== index)
    expect(twice.sort()).toEqual([
      'IPPROTO_IP/20',
      'IPPROTO_IPV6/20',
      'IPPROTO_IPV6/21',
      'IPPROTO_IPV6/74',
      'SOL_SOCKET/26',
      'SOL_SOCKET/27',
    ])
  })

  test('says of late effects only where there is a deadline, and of ranges only where something is set', () => {
    for (const [, info] of all) {
      if (info.late !== undefined) expect(info).toHaveProperty('before')
      if (info.range !== undefined) expect(info.access).not.toBe('ro')
      if (info.before !== undefined) expect(info.access).not.toBe('ro')
    }
  })

  test('cannot be changed by what one does to the answer', () => {
    const info = options.get('SO_REUSEADDR') as unknown as Record<string, unknown>
    expect(() => Object.assign(info, { available: false })).toThrow(TypeError)
    expect(options.get('SO_REUSEADDR')?.available).toBe(true)
  })
})

describe('available', () => {
  test.each(all.filter(([, info]) => isLinux(info) && info.access !== 'wo'))(
    'agrees for %s with really reading it',
    (name, info) => {
      expect(info.available).toBe(isFound(name as ReadableOption) ?? true)
    },
  )

  test.each(all.filter(([, info]) => !isLinux(info)))('is false for %s, which Linux does not have', (_, info) => {
    expect(info.available).toBe(false)
  })

  test('is false for no more than what the kernel is too old for', () => {
    const [major = 0, minor = 0] = release().split('.').map(Number)
    const tooOld = Object.entries(since).filter(
      ([, [least, then]]) => major < least || (major === least && minor < then),
    )
    const expected = [...tooOld.map(([name]) => name), ...sometimes]
    const lacking = all.filter(([, info]) => isLinux(info) && !info.available).map(([name]) => name)
    expect(lacking.filter((name) => !expected.includes(name))).toEqual([])
  })

  test('goes with an error of both calls where it is false', () => {
    using socket = openSocket('udp6')
    expect(options.get('IPV6_HOPLIMIT')?.available).toBe(false)
    for (const call of [() => getOption(socket, 'IPV6_HOPLIMIT'), () => setOption(socket, 'IPV6_HOPLIMIT', 1)]) {
      expect(call).toThrow(expect.objectContaining({ code: 'ERR_SOCKCTL_UNSUPPORTED', errno: -92 }))
    }
  })

  test('is about the option that the raw door reads by the same numbers', () => {
    using socket = openSocket('tcp')
    const tcp = all.filter(([, info]) => info.available && info.access !== 'wo' && info.level === 'IPPROTO_TCP')
    // Parts of a connection in repair are there, and have no value out of it.
    const isThere = expect.toBeOneOf([undefined, 'EINVAL', 'EPERM'])
    for (const [, { number, level }] of tcp) {
      expect(codeOf(() => getRawOption(socket, levelNumber(level), number.linux as number, 256))).toEqual(isThere)
    }
  })
})
