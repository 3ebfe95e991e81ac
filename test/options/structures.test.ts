import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { NetworkNamespace } from '../../lib/diag/namespace.js'
import { BareSocket, getOption, setOption, setOptions } from '../../lib/index.js'
import { isRoot, thrownBy } from '../support.js'
import { connection, startConnect } from './connections.js'
import { openSocket } from './kinds.js'
import { python, whyNoPython } from './python.js'
import { written } from './written.js'

const needsRoot = isRoot ? '' : ' (needs root)'
const loopbackMtu = Number(readFileSync('/sys/class/net/lo/mtu', 'utf8'))

test('SO_PEERGROUPS are the groups of the process at the other end', async () => {
  await using made = await connection({ path: `\0sockctl-groups-${process.pid}` })
  const groups = [...new Set(process.getgroups?.())].sort()
  for (const socket of [made.client, made.accepted]) {
    const read = getOption(socket, 'SO_PEERGROUPS')
    // Node counts the effective group among them.
    expect(groups).toEqual([...new Set([...read, process.getegid?.() as number])].sort())
  }
})

test('IPV6_PATHMTU is the size that the loopback interface takes', () => {
  using socket = openSocket('udp6')
  socket.connect({ address: '::1', port: 9 })
  expect(getOption(socket, 'IPV6_PATHMTU')).toEqual({ address: '::', mtu: loopbackMtu })
})

test('IPV6_ADDRFORM makes an IPv4 socket of one that is connected to an IPv4 peer, and of no other', async () => {
  await using made = await connection({ host: '::' }, {}, '::ffff:127.0.0.1')
  expect([getOption(made.client, 'IPV6_ADDRFORM'), getOption(made.client, 'SO_DOMAIN')]).toEqual(['ipv6', 10])
  setOption(made.client, 'IPV6_ADDRFORM', 'ipv4')
  expect(getOption(made.client, 'SO_DOMAIN')).toBe(2)
  using other = openSocket('udp6')
  other.connect({ address: '::1', port: 9 })
  const error = thrownBy(() => setOption(other, 'IPV6_ADDRFORM', 'ipv4'))
  expect(error).toMatchObject({ code: 'EADDRNOTAVAIL', syscall: 'setsockopt', option: 'IPV6_ADDRFORM' })
})

test('TCP_FASTOPEN_KEY are the keys of the listener, one or two', () => {
  using socket = openSocket('tcp')
  const [one, other] = [Buffer.alloc(16, 1), Buffer.alloc(16, 2)]
  setOption(socket, 'TCP_FASTOPEN_KEY', [one])
  expect(getOption(socket, 'TCP_FASTOPEN_KEY')).toEqual([one])
  setOption(socket, 'TCP_FASTOPEN_KEY', [other, one])
  expect(getOption(socket, 'TCP_FASTOPEN_KEY')).toEqual([other, one])
})

test('TCP_CC_INFO says nothing where the algorithm does not', async () => {
  await using made = await connection({}, { options: { TCP_CONGESTION: 'reno' } })
  expect(getOption(made.client, 'TCP_CC_INFO')).toEqual({})
})

const congestions = readFileSync('/proc/sys/net/ipv4/tcp_allowed_congestion_control', 'utf8').trim().split(/\s+/)
const whyNoBbr = congestions.includes('bbr') ? '' : ' (BBR is not allowed here)'

test.skipIf(whyNoBbr)(`TCP_CC_INFO says what BBR measured${whyNoBbr}`, async () => {
  await using made = await connection({}, { options: { TCP_CONGESTION: 'bbr' } })
  const { bbr } = getOption(made.client, 'TCP_CC_INFO')
  expect(bbr?.minRttUs).toBeLessThan(1_000_000)
  expect(bbr?.pacingGain).toBeGreaterThan(0.5)
  expect(bbr?.congestionWindowGain).toBeGreaterThan(0.5)
})

test('TCP_ZEROCOPY_RECEIVE says how much waits to be read', async () => {
  await using made = await connection()
  made.accepted.pause()
  await new Promise((resolve) => made.client.write('12345', resolve))
  const structure = getOption(made.accepted, 'TCP_ZEROCOPY_RECEIVE')
  expect([structure.readUInt32LE(12), structure.readUInt32LE(16)]).toEqual([5, 5])
})

describe('IPV6_FLOWLABEL_MGR', () => {
  const label = 0x10000 + (process.pid & 0xffff)
  const lease = { action: 'get', label, address: '::1', share: 'exclusive', create: true } as const

  test('leases a label to one socket until it gives it back', () => {
    using socket = openSocket('udp6')
    using other = openSocket('udp6')
    const refusal = (value: Parameters<typeof setOption<'IPV6_FLOWLABEL_MGR'>>[2]) =>
      thrownBy(() => setOption(other, 'IPV6_FLOWLABEL_MGR', value)).code
    expect(refusal({ ...lease, create: false })).toBe('ENOENT')
    setOption(socket, 'IPV6_FLOWLABEL_MGR', lease)
    expect(refusal(lease)).toBe('EPERM')
    expect(refusal({ ...lease, exclusive: true })).toBe('EEXIST')
    setOption(socket, 'IPV6_FLOWLABEL_MGR', { action: 'renew', label, expires: 10, linger: 10 })
    setOption(socket, 'IPV6_FLOWLABEL_MGR', { action: 'put', label })
    expect(thrownBy(() => setOption(socket, 'IPV6_FLOWLABEL_MGR', { action: 'put', label })).code).toBe('ESRCH')
  })

  test.skipIf(whyNoPython)(`tells the lease of the label that a socket is connected with${whyNoPython}`, () => {
    using socket = openSocket('udp6')
    const mine = { ...lease, label: label ^ 0x80000, share: 'any', expires: 9, linger: 8 } as const
    setOption(socket, 'IPV6_FLOWLABEL_MGR', mine)
    setOption(socket, 'IPV6_FLOWINFO_SEND', true)
    expect(thrownBy(() => getOption(socket, 'IPV6_FLOWLABEL_MGR'))).toHaveProperty('code', 'ENOENT')
    const program = `
import json, socket, sys
s = socket.socket(fileno=3)
s.connect(('::1', 9, json.load(sys.stdin), 0))
s.detach()
print(0)`
    python(program, mine.label, socket.fd)
    const read = getOption(socket, 'IPV6_FLOWLABEL_MGR')
    expect(read).toMatchObject({ label: mine.label, address: '::1', share: 'any', linger: 8 })
    expect(read.expires).toBeLessThanOrEqual(9)
  })
})

/** Sends an echo request to the host itself from descriptor 3, and prints the types of all that it gets. */
const echo = `
import json, socket, sys
address, request, skip = json.load(sys.stdin)
s = socket.socket(fileno=3)
s.sendto(bytes([request, 0]) + (b'\\xf7\\xff' if request == 8 else bytes(2)) + bytes(4), (address, 0))
types = []
while True:
    try:
        types.append(s.recv(1000, socket.MSG_DONTWAIT)[skip])
    except BlockingIOError:
        break
print(json.dumps(sorted(types)))
s.detach()`

describe.each([
  { name: 'ICMP_FILTER', make: () => new BareSocket('ipv4', 'raw', 1), to: ['127.0.0.1', 8, 20], types: [0, 8] },
  { name: 'ICMPV6_FILTER', make: () => new BareSocket('ipv6', 'raw', 58), to: ['::1', 128, 0], types: [128, 129] },
] as const)('$name', ({ name, make, to, types }) => {
  const why = whyNoPython || needsRoot
  test.skipIf(why)(`keeps messages of its types from the socket${why}`, () => {
    using namespace = NetworkNamespace.create() as NetworkNamespace
    using socket = namespace.run(make)
    expect(getOption(socket, name)).toEqual([])
    expect(python(echo, to, socket.fd)).toEqual(types)
    for (const type of types) {
      setOption(socket, name, [type])
      expect(getOption(socket, name)).toEqual([type])
      expect(python(echo, to, socket.fd)).toEqual(types.filter((other) => other !== type))
    }
  })

  test.skipIf(needsRoot)(`is not for raw sockets of another protocol${needsRoot}`, () => {
    using socket = openSocket(name === 'ICMP_FILTER' ? 'raw' : 'raw6')
    expect(thrownBy(() => getOption(socket, name))).toHaveProperty('code', 'ERR_SOCKCTL_UNSUPPORTED')
  })
})

test.skipIf(needsRoot)(`IPV6_ROUTER_ALERT is for sockets of protocol 255${needsRoot}`, () => {
  using socket = new BareSocket('ipv6', 'raw', 255)
  setOption(socket, 'IPV6_ROUTER_ALERT', 5)
  expect(getOption(socket, 'IPV6_ROUTER_ALERT')).toBe(1)
  setOption(socket, 'IPV6_ROUTER_ALERT', -1)
  expect(thrownBy(() => setOption(socket, 'IPV6_ROUTER_ALERT', -1))).toHaveProperty('code', 'ENOBUFS')
})

test.skipIf(needsRoot)(`IPV6_CHECKSUM cannot be set for ICMPv6, which has its own${needsRoot}`, () => {
  using socket = new BareSocket('ipv6', 'raw', 58)
  expect(getOption(socket, 'IPV6_CHECKSUM')).toBe(2)
  expect(thrownBy(() => setOption(socket, 'IPV6_CHECKSUM', 4))).toHaveProperty('code', 'EINVAL')
})

test.skipIf(needsRoot)(`IPV6_JOIN_ANYCAST takes an address for the host until it is left${needsRoot}`, () => {
  using namespace = NetworkNamespace.create() as NetworkNamespace
  const { group } = written.IPV6_JOIN_ANYCAST.value
  namespace.run(() => {
    execFileSync('ip', ['address', 'add', '2001:db8::1/64', 'dev', 'lo', 'nodad'])
    const isTaken = () => readFileSync('/proc/thread-self/net/anycast6', 'utf8').includes('20010db8')
    using socket = openSocket('udp6')
    expect(isTaken()).toBe(false)
    setOption(socket, 'IPV6_JOIN_ANYCAST', { group, interface: 'lo' })
    expect(isTaken()).toBe(true)
    setOption(socket, 'IPV6_LEAVE_ANYCAST', { group, interface: 'lo' })
    expect(isTaken()).toBe(false)
  })
})

describe.each(['IP_XFRM_POLICY', 'IPV6_XFRM_POLICY'] as const)('%s', (name) => {
  test.skipIf(needsRoot)(`blocks what the socket sends, until it is removed${needsRoot}`, () => {
    const kind = name === 'IP_XFRM_POLICY' ? 'udp' : 'udp6'
    const blocking = Buffer.from(written[name].value)
    blocking[161] = 1
    const connecting = (policy: Buffer) => {
      using socket = openSocket(kind)
      setOptions(socket, { [name]: blocking })
      setOption(socket, name, policy)
      return startConnect(socket, kind === 'udp' ? '127.0.0.1' : '::1', 9)
    }
    expect(connecting(blocking)).toBeLessThan(0)
    expect(connecting(Buffer.alloc(0))).toBe(0)
  })
})
