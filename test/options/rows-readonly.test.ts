import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { getOption, type SocketKind } from '../../lib/index.js'
import { thrownBy } from '../support.js'
import { connection } from './connections.js'
import { isHere, isLinux, kindsOf, namesWhere, openSocket, type ReadOnlyOption, whyNoSocket } from './kinds.js'

/** What a check of a read value says; anything else is compared. */
type Expected = ((value: unknown, kind: SocketKind) => void) | { readonly code: string }

const is =
  (expected: unknown): Expected =>
  (value) =>
    expect(value).toEqual(expected)

const types: Readonly<Record<string, number>> = { tcp: 1, udp: 2, raw: 3, unix: 1 }
const protocols: Readonly<Record<string, number>> = { tcp: 6, udp: 17, raw: 17, unix: 0 }
const base = (kind: SocketKind) => kind.replace('6', '')

/** What each option that can only be read is on a new socket: a row of the table without an entry does not compile. */
const initial = {
  IP_PKTOPTIONS: is(Buffer.alloc(0)),
  IP_PROTOCOL: is(17),
  IPV6_PATHMTU: { code: 'ENOTCONN' },
  IP_MTU: { code: 'ENOTCONN' },
  SO_ORIGINAL_DST: { code: 'ENOENT' },
  IP6T_SO_ORIGINAL_DST: { code: 'ENOENT' },
  SO_TYPE: (value, kind) => expect(value).toBe(types[base(kind)]),
  SO_DOMAIN: (value, kind) => expect(value).toBe(kind === 'unix' ? 1 : kind.endsWith('6') ? 10 : 2),
  SO_PROTOCOL: (value, kind) => expect(value).toBe(protocols[base(kind)]),
  SO_ERROR: is(0),
  SO_ACCEPTCONN: is(false),
  SO_COOKIE: (value) => expect(value).toBeTypeOf('bigint'),
  SO_NETNS_COOKIE: (value) => expect(value).toBeTypeOf('bigint'),
  SO_PEERCRED: is({ pid: 0, uid: 2 ** 32 - 1, gid: 2 ** 32 - 1 }),
  SO_PEERSEC: (value) => expect(value).toBeTypeOf('string'),
  SO_SNDLOWAT: is(1),
  SO_INCOMING_NAPI_ID: is(0),
  SO_MEMINFO: (value) => expect(value).toMatchObject({ receiveAllocated: 0, backlog: 0, drops: 0 }),
  SO_PEERGROUPS: { code: 'ENODATA' },
  TCP_INFO: (value) => expect(value).toHaveProperty('state', 'CLOSE'),
  TCP_CC_INFO: (value) => expect(value).toBeTypeOf('object'),
  // Nothing waits to be read.
  TCP_ZEROCOPY_RECEIVE: (value) => expect(value).toEqual(Buffer.alloc((value as Buffer).length)),
  TCP_SAVED_SYN: is(Buffer.alloc(0)),
  TCP_IS_MPTCP: is(false),
  SO_GET_FILTER: is([]),
  SO_BPF_EXTENSIONS: (value) => expect(value).toBeGreaterThanOrEqual(60),
  SO_PEERPIDFD: { code: 'ENODATA' },
  SO_PEERNAME: { code: 'ENOTCONN' },
  TCP_AO_GET_KEYS: { code: 'ENOENT' },
  MPTCP_INFO: (value) => expect(value).toMatchObject({ fallback: false, remoteKeyReceived: false, extraSubflows: 0 }),
  MPTCP_FULL_INFO: (value) => expect(value).toMatchObject({ fallback: false, currentSubflows: 0 }),
  MPTCP_TCPINFO: is([]),
  MPTCP_SUBFLOW_ADDRS: is([]),
} satisfies Record<ReadOnlyOption, Expected>

const loopbackMtu = Number(readFileSync('/sys/class/net/lo/mtu', 'utf8'))
const hasPython = spawnSync('python3', ['--version']).status === 0
const names = Object.keys(initial) as ReadOnlyOption[]

describe('the expectations', () => {
  test('are for each row that can only be read', () => {
    const rows = namesWhere<ReadOnlyOption>((entry) => isLinux(entry) && entry.access === 'ro')
    expect([...names].sort()).toEqual([...rows].sort())
  })
})

describe('getOption', () => {
  for (const name of names) {
    for (const kind of kindsOf(name)) {
      const why = whyNoSocket(kind) || (isHere(name) ? '' : ' (this kernel lacks it)')
      test.skipIf(why)(`reads the initial ${name} of a ${kind} socket${why}`, () => {
        using socket = openSocket(kind)
        const expected: Expected = initial[name]
        if (typeof expected === 'function') expected(getOption(socket, name), kind)
        else {
          const detail = { ...expected, syscall: 'getsockopt', option: name }
          expect(thrownBy(() => getOption(socket, name))).toMatchObject(detail)
        }
      })
    }
  }

  test('gives each socket a cookie of its own, and always the same', () => {
    using one = openSocket('tcp')
    using another = openSocket('unix')
    expect(getOption(one, 'SO_COOKIE')).toBe(getOption(one, 'SO_COOKIE'))
    expect(getOption(one, 'SO_COOKIE')).not.toBe(getOption(another, 'SO_COOKIE'))
    expect(getOption(one, 'SO_NETNS_COOKIE')).toBe(getOption(another, 'SO_NETNS_COOKIE'))
  })

  test('tells a listener from what does not listen', () => {
    using socket = openSocket('tcp')
    socket.bind({ address: '127.0.0.1' })
    expect(getOption(socket, 'SO_ACCEPTCONN')).toBe(false)
    socket.listen()
    expect(getOption(socket, 'SO_ACCEPTCONN')).toBe(true)
  })

  test.skipIf(!hasPython)(`tells the error that waits on a socket once${hasPython ? '' : ' (needs python3)'}`, () => {
    using taken = openSocket('udp')
    taken.bind({ address: '127.0.0.1' })
    const { port } = taken.address()
    taken.close()
    using socket = openSocket('udp')
    socket.connect({ address: '127.0.0.1', port })
    // A child sends a datagram where nobody is, and the refusal comes back at once on loopback.
    const program = 'import socket; socket.socket(fileno=3).send(b"x")'
    const { status } = spawnSync('python3', ['-c', program], { stdio: ['ignore', 'ignore', 'inherit', socket.fd] })
    expect(status).toBe(0)
    expect(getOption(socket, 'SO_ERROR')).toBe(111)
    expect(getOption(socket, 'SO_ERROR')).toBe(0)
  })

  test('tells the path MTU of a connected socket', async () => {
    await using made = await connection()
    using socket = openSocket('udp')
    socket.connect({ address: '127.0.0.1', port: 9 })
    expect(getOption(socket, 'IP_MTU')).toBe(Math.min(loopbackMtu, 65_535))
    expect(getOption(made.client, 'IP_MTU')).toBe(getOption(socket, 'IP_MTU'))
  })

  test('gives the headers of the SYN that a listener kept, once', async () => {
    await using made = await connection({ options: { TCP_SAVE_SYN: 1 } })
    const headers = getOption(made.accepted, 'TCP_SAVED_SYN')
    // An IPv4 header of 20 bytes, then TCP with its ports and the SYN bit.
    expect(headers[0]).toBe(0x45)
    expect(headers.readUInt16BE(20)).toBe(made.client.localPort)
    expect(headers.readUInt16BE(22)).toBe(made.client.remotePort)
    expect((headers[33] as number) & 0x3f).toBe(0x02)
    expect(getOption(made.accepted, 'TCP_SAVED_SYN')).toEqual(Buffer.alloc(0))
  })

  test('tells the process, user and group at the other end of a Unix connection', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sockctl-'))
    await using made = await connection({ path: join(folder, 'socket') })
    const self = { pid: process.pid, uid: process.getuid?.(), gid: process.getgid?.() }
    expect(getOption(made.client, 'SO_PEERCRED')).toEqual(self)
    expect(getOption(made.accepted, 'SO_PEERCRED')).toEqual(self)
    rmSync(folder, { recursive: true })
  })

  test.skipIf(!isHere('TCP_IS_MPTCP'))('tells a plain connection from MPTCP', async () => {
    await using made = await connection()
    expect(getOption(made.client, 'TCP_IS_MPTCP')).toBe(false)
  })

  test('counts the memory of what waits to be read', async () => {
    await using made = await connection()
    const held = () => getOption(made.accepted, 'SO_MEMINFO').receiveAllocated
    const before = held()
    made.accepted.pause()
    await new Promise((resolve) => made.client.write(Buffer.alloc(10_000), resolve))
    expect(held()).toBeGreaterThan(before)
  })
})
