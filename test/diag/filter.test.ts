import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { select } from '../../lib/diag/matches.js'
import { Channel } from '../../lib/diag/netlink/channel.js'
import { inetReader } from '../../lib/diag/netlink/inet.js'
import { compileProgram } from '../../lib/diag/netlink/program.js'
import { inetDumpRequest, messages, stateMask, stateNames } from '../../lib/diag/netlink/request.js'
import { queryOf } from '../../lib/diag/query.js'
import { type InternetEntry, type SocketEntry, type SocketFilter, type SocketState, sockets } from '../../lib/diag.js'
import { BareSocket, setOption } from '../../lib/index.js'
import { useOwnNetwork } from '../sockets/network.js'
import { isRoot } from '../support.js'
import { connectStream, settled, World } from './world.js'

useOwnNetwork()

const names = ['state', 'localPort', 'remotePort', 'localAddress', 'remoteAddress', 'interface', 'mark'] as const
const protocols = ['tcp', 'udp', 'mptcp'] as const

/** What the kernel leaves by its own filter, with nothing filtered here. */
function keptByKernel(filter: SocketFilter): SocketEntry[] {
  const query = queryOf(filter)
  const channel = new Channel()
  const entries: SocketEntry[] = []
  for (const protocol of protocols) {
    const dump = { protocol, states: stateMask(query.states, protocol), tcpInfo: false, program: compileProgram(query) }
    const reader = inetReader({ protocol, interfaceName: (index) => (index === 0 ? undefined : 'lo') })
    for (const family of ['ipv4', 'ipv6'] as const) {
      channel.dump(messages.byFamily, inetDumpRequest(dump, family), reader, entries)
    }
  }
  channel.close()
  return entries
}

function cookies(entries: readonly SocketEntry[]): (number | undefined)[] {
  return entries.map(({ cookie }) => cookie).sort()
}

const addresses = ['127.0.0.1', '127.0.0.2', '0.0.0.0', '::', '::1', '::ffff:127.0.0.1', '10.1.2.3', 'fe80::1']
const address = fc.constantFrom(...addresses)
const block = fc.oneof(
  address,
  fc
    .tuple(fc.constantFrom('127.0.0.1', '0.0.0.0', '126.255.1.1'), fc.nat(32))
    .map(([text, length]) => `${text}/${length}`),
  fc.tuple(fc.constantFrom('::1', '::', '::ffff:127.0.0.1'), fc.nat(128)).map(([text, length]) => `${text}/${length}`),
)

function some<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | Value[] | undefined> {
  return fc.option(fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 4 })), { nil: undefined })
}

/** Ports that are in use more often than not. */
function portsOf(known: readonly number[]) {
  const port = fc.oneof(fc.constantFrom(...known), fc.nat(65535))
  const range = fc.tuple(port, port).map(([one, other]) => ({ low: Math.min(one, other), high: Math.max(one, other) }))
  return some(fc.oneof(port, range))
}

describe.skipIf(!isRoot)(`a filter${isRoot ? '' : ' (needs root, for a network of its own)'}`, () => {
  let world: World
  let all: SocketEntry[]
  let filters: fc.Arbitrary<SocketFilter>

  beforeAll(async () => {
    world = new World()
    for (const family of ['ipv4', 'ipv6'] as const) {
      const mark = (socket: BareSocket) => setOption(socket, 'SO_MARK', 7)
      const bind = (socket: BareSocket) => setOption(socket, 'SO_BINDTODEVICE', 'lo')
      const port = world.listener(family, mark)
      for (const prepare of [mark, bind, undefined]) world.keep(connectStream(family, port, prepare))
      world.keep(connectStream(family, world.listener(family, bind))).shutdown('write')
      connectStream(family, port, mark).close()
      world.keep(new BareSocket(family)).bind()
      world.addDatagrams(family, 3)
      world.addMptcp(family)
    }
    const dual = world.keep(new BareSocket('ipv6'))
    dual.listen(5, {})
    world.keep(connectStream('ipv4', dual.address().port ?? 0))
    all = await settled(() => sockets({ protocol: protocols }))
    const inUse = all.flatMap(({ localPort, remotePort }) => [localPort ?? 0, remotePort ?? 0])
    const states = fc.constantFrom<SocketState>(...stateNames)
    filters = fc.record({
      state: some(states),
      localPort: portsOf(inUse),
      remotePort: portsOf(inUse),
      localAddress: some(block),
      remoteAddress: some(block),
      interface: some(fc.constant('lo')),
      mark: some(fc.constantFrom(0, 7, 8)),
    })
  })

  afterAll(() => {
    world.close()
  })

  test('leaves the same whether the kernel or this process applies it', () => {
    let found = 0
    fc.assert(
      fc.property(filters, fc.subarray([...names], { maxLength: 3 }), (every, chosen) => {
        const filter = Object.fromEntries(chosen.map((name) => [name, every[name]]))
        const ours = select(all, queryOf(filter))
        found += ours.length
        expect(cookies(keptByKernel(filter))).toEqual(cookies(ours))
      }),
      { numRuns: 300 },
    )
    expect(found).toBeGreaterThan(100)
  })

  test('leaves the same for each of its properties alone', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        for (const name of names) {
          const one = { [name]: filter[name] }
          expect(cookies(keptByKernel(one))).toEqual(cookies(select(all, queryOf(one))))
        }
      }),
      { numRuns: 50 },
    )
  })

  test('with more ports than a program has room for is applied all the same', () => {
    const localPort = Array.from({ length: 5000 }, (_, index) => 2 * index + 1)
    const odd = all.filter((one) => (one.localPort ?? 0) % 2 === 1 && (one.localPort ?? 0) < 10_000)
    expect(compileProgram(queryOf({ localPort }))).toHaveLength(0)
    expect(cookies(sockets({ protocol: protocols, localPort }))).toEqual(cookies(odd))
  })

  test('finds a listener by its port, and a socket by its cookie or inode', () => {
    const [listener] = all.filter(({ state, protocol }) => state === 'LISTEN' && protocol === 'tcp') as [InternetEntry]
    const { localPort, cookie, inode, family } = listener
    expect(sockets({ protocol: 'tcp', state: 'LISTEN', localPort, family })).toHaveLength(1)
    expect(sockets({ cookie: cookie as number })).toEqual([listener])
    expect(sockets({ protocol: 'tcp', inode })).toEqual([listener])
  })

  test('gives TCP_INFO of TCP sockets where it is asked for', () => {
    const [one] = sockets({ protocol: 'tcp', state: 'ESTABLISHED', tcpInfo: true })
    expect(one).toMatchObject({ tcpInfo: { state: 'ESTABLISHED' } })
    expect(sockets({ protocol: 'tcp', state: 'ESTABLISHED' })[0]).toMatchObject({ tcpInfo: undefined })
  })
})
