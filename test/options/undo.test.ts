import { describe, expect, test } from 'vitest'
import { getOption, type SocketLike, setOption, setOptions } from '../../lib/index.js'
import { inProcess, isRoot, nobody, thrownBy } from '../support.js'
import { connection } from './connections.js'
import { isHere, openSocket } from './kinds.js'

/** The kernel refuses it, and it is among the last of the table. */
const refused = { TCP_ULP: 'nonesuch' } as const

describe('setOptions, refused, puts back what SO_RCVLOWAT took with it:', () => {
  const values = { SO_RCVLOWAT: 1_000_000, ...refused }
  const names = ['SO_RCVLOWAT', 'SO_RCVBUF', 'SO_BUF_LOCK', 'TCP_WINDOW_CLAMP'] as const
  const read = (target: SocketLike) => names.filter(isHere).map((name) => getOption(target, name))

  test('the buffer of a new socket', () => {
    using socket = openSocket('tcp')
    const before = read(socket)
    thrownBy(() => setOptions(socket, values))
    expect(read(socket)).toEqual(before)
  })

  test('the buffer and the window of a connection', async () => {
    await using made = await connection()
    const before = read(made.client)
    thrownBy(() => setOptions(made.client, values))
    expect(read(made.client)).toEqual(before)
  })
})

test.skipIf(!isRoot)(
  `setOptions, refused, puts back what TCP_REPAIR turned off${isRoot ? '' : ' (needs root)'}`,
  () => {
    using socket = openSocket('tcp')
    setOption(socket, 'SO_REUSEADDR', true)
    // What comes after it in the table: a queue that is none.
    const error = thrownBy(() => setOptions(socket, { TCP_REPAIR: 'on', TCP_REPAIR_QUEUE: 9 }))
    expect(error).toHaveProperty('option', 'TCP_REPAIR_QUEUE')
    expect([getOption(socket, 'TCP_REPAIR'), getOption(socket, 'SO_REUSEADDR')]).toEqual(['off', true])
  },
)

test('setOptions, refused, puts back a header of hundreds of bytes', () => {
  using socket = openSocket('udp6')
  const segments = 20
  const route = Buffer.alloc(8 + segments * 16, '20010db8000000000000000000000001', 'hex')
  route.set([0, segments * 2, 4, segments - 1, segments - 1, 0, 0, 0])
  setOption(socket, 'IPV6_RTHDR', route)
  const before = getOption(socket, 'IPV6_RTHDR')
  expect(before).toHaveLength(route.length)
  thrownBy(() => setOptions(socket, { IPV6_RTHDR: new Uint8Array(0), ...refused }))
  expect(getOption(socket, 'IPV6_RTHDR')).toEqual(before)
})

test.skipIf(!isRoot)(
  `setOptions, refused, cannot untie for nobody an interface${isRoot ? '' : ' (needs root)'}`,
  async () => {
    const answer = await inProcess<string>(
      `
    const socket = new sockctl.BareSocket('ipv4')
    try {
      sockctl.setOptions(socket, { SO_BINDTODEVICE: 'lo', TCP_ULP: 'nonesuch' })
    } catch {
      report(sockctl.getOption(socket, 'SO_BINDTODEVICE'))
    }`,
      nobody,
    )
    expect(answer).toBe('lo')
  },
)

describe('setOptions, refused, puts back the options that stamp times, of which only old or only new ones hold:', () => {
  const flags = { flags: ['RX_SOFTWARE', 'SOFTWARE'] } as const
  const names = [
    'SO_TIMESTAMP',
    'SO_TIMESTAMPNS',
    'SO_TIMESTAMP_NEW',
    'SO_TIMESTAMPNS_NEW',
    'SO_TIMESTAMPING',
    'SO_TIMESTAMPING_NEW',
  ] as const
  const valueFor = (name: (typeof names)[number]) => ({
    [name]: name.startsWith('SO_TIMESTAMPING') ? flags : true,
  })
  const pairs = names.flatMap((had) => names.filter((name) => name !== had).map((given) => ({ had, given })))

  test.each(pairs)('$had after $given', ({ had, given }) => {
    using socket = openSocket('udp')
    setOptions(socket, valueFor(had))
    const read = () => names.map((name) => getOption(socket, name))
    const before = read()
    thrownBy(() => setOptions(socket, { ...valueFor(given), ...refused }))
    expect(read()).toEqual(before)
  })
})
