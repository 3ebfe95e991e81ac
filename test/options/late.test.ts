import { describe, expect, test } from 'vitest'
import {
  type BareSocket,
  getOption,
  type OptionInput,
  type OptionName,
  options,
  type SocketKind,
  setOption,
  setOptions,
  type WritableOption,
} from '../../lib/index.js'
import { isRoot, thrownBy } from '../support.js'
import { connection, fillQueue, loopback, startConnect } from './connections.js'
import { inert } from './inert.js'
import { entryOf, isLinux, kindsOf, namesWhere, openSocket } from './kinds.js'
import { forKind, type Sample, samples } from './samples.js'
import { written } from './written.js'

const table = samples as Partial<Record<OptionName, Sample>>

function sampleOf(name: OptionName, kind: SocketKind): OptionInput {
  const forced = written as Partial<Record<OptionName, { value: unknown }>>
  return forKind((table[name] ?? forced[name])?.value, kind) as OptionInput
}

function set(socket: { fd: number }, name: OptionName, kind: SocketKind): void {
  setOption(socket, name as WritableOption, sampleOf(name, kind))
}

/** The kinds of socket on which a late set is refused. */
function refusedKinds(name: OptionName): SocketKind[] {
  const { before, late } = entryOf(name)
  if (before === undefined || typeof late === 'string') return []
  return kindsOf(name).filter((kind) => !kind.startsWith('raw') && late?.[kind] === undefined)
}

const refusing = namesWhere<WritableOption>((entry, name) => isLinux(entry) && refusedKinds(name).length > 0)
const cases = refusing.flatMap((name) => refusedKinds(name).map((kind) => ({ name, kind, entry: entryOf(name) })))
const atBind = cases.filter(({ entry }) => entry.before !== 'connect')
const atConnect = cases.filter(({ entry }) => entry.before === 'connect')

function refusal(option: string) {
  return { code: 'ERR_SOCKCTL_TOO_LATE', syscall: 'setsockopt', option }
}

/** A socket that is bound to a port. */
function bound(kind: SocketKind, address = loopback(kind)): BareSocket {
  const socket = openSocket(kind)
  socket.bind({ address })
  return socket
}

describe('the refusals', () => {
  test('are those that were shown to be inert, and no others', () => {
    expect(Object.keys(inert).sort()).toEqual([...refusing].sort())
  })

  test.each(refusing)('of %s are for the kinds of socket on which they were shown', (name) => {
    expect([...inert[name as keyof typeof inert].kinds].sort()).toEqual(refusedKinds(name).sort())
  })
})

describe('setOption before the deadline', () => {
  test.each(cases)('sets $name of a new $kind socket', ({ name, kind }) => {
    using socket = openSocket(kind)
    set(socket, name, kind)
    expect(getOption(socket, name as never)).toEqual(sampleOf(name, kind))
  })

  test.each(atConnect)('sets $name of a bound $kind socket', ({ name, kind }) => {
    using socket = bound(kind)
    set(socket, name, kind)
    expect(getOption(socket, name as never)).toEqual(sampleOf(name, kind))
  })

  test.each(['TCP_MAXSEG', 'TCP_SYNCNT', 'TCP_FASTOPEN_NO_COOKIE'] as const)('sets %s of a listener', (name) => {
    using socket = openSocket('tcp')
    socket.listen(1, { address: '127.0.0.1' })
    set(socket, name, 'tcp')
    expect(getOption(socket, name)).toBe(sampleOf(name, 'tcp'))
  })

  test('leaves it to the kernel to refuse TCP_FASTOPEN_CONNECT of a listener', () => {
    using socket = openSocket('tcp')
    socket.listen(1, { address: '127.0.0.1' })
    const error = thrownBy(() => setOption(socket, 'TCP_FASTOPEN_CONNECT', true))
    expect(error).toMatchObject({ code: 'EINVAL', syscall: 'setsockopt', option: 'TCP_FASTOPEN_CONNECT' })
  })

  test('sets TCP_SYNCNT of a socket whose SYN was not answered yet', () => {
    using listener = openSocket('tcp')
    using filler = openSocket('tcp')
    using socket = openSocket('tcp')
    startConnect(socket, '127.0.0.1', fillQueue(listener, filler))
    set(socket, 'TCP_SYNCNT', 'tcp')
    expect(getOption(socket, 'TCP_SYNCNT')).toBe(sampleOf('TCP_SYNCNT', 'tcp'))
  })

  test('sets IP_LOCAL_PORT_RANGE of a socket that has an address and no port yet', () => {
    using socket = openSocket('tcp')
    setOption(socket, 'IP_BIND_ADDRESS_NO_PORT', true)
    socket.bind({ address: '127.0.0.1' })
    set(socket, 'IP_LOCAL_PORT_RANGE', 'tcp')
    const error = thrownBy(() => set(socket, 'IP_FREEBIND', 'tcp'))
    expect(error).toMatchObject(refusal('IP_FREEBIND'))
  })
})

describe('setOption after the deadline', () => {
  test.each(atBind)('refuses $name on a bound $kind socket', ({ name, kind }) => {
    for (const address of [loopback(kind), kind.endsWith('6') ? '::' : '0.0.0.0']) {
      using socket = bound(kind, address)
      const initial = getOption(socket, name as never)
      const error = thrownBy(() => set(socket, name, kind))
      expect(error).toMatchObject(refusal(name))
      expect(error).not.toHaveProperty('errno')
      expect(getOption(socket, name as never)).toEqual(initial)
    }
  })

  test.each(cases.filter(({ kind }) => kind.startsWith('tcp')))(
    'refuses $name at both ends of a $kind connection',
    async ({ name, kind }) => {
      await using made = await connection({}, {}, loopback(kind))
      for (const socket of [made.client, made.accepted]) {
        const error = thrownBy(() => setOption(socket, name, sampleOf(name, kind)))
        expect(error).toMatchObject(refusal(name))
      }
    },
  )

  test.each(atBind.filter(({ kind }) => kind.startsWith('tcp')))(
    'refuses $name on a $kind server of Node that listens',
    async ({ name, kind }) => {
      await using made = await connection({}, {}, loopback(kind))
      expect(thrownBy(() => setOption(made.server, name, sampleOf(name, kind)))).toMatchObject(refusal(name))
    },
  )

  test.each(atBind.filter(({ kind }) => kind.startsWith('udp')))(
    'refuses $name on a $kind socket that has its port from connect',
    ({ name, kind }) => {
      using socket = openSocket(kind)
      socket.connect({ address: loopback(kind), port: 9 })
      expect(thrownBy(() => set(socket, name, kind))).toMatchObject(refusal(name))
    },
  )

  test('refuses it among others, and puts those back that went before', async () => {
    await using made = await connection()
    const values = { SO_KEEPALIVE: true, TCP_MAXSEG: 1000 }
    expect(thrownBy(() => setOptions(made.client, values))).toMatchObject(refusal('TCP_MAXSEG'))
    expect(getOption(made.client, 'SO_KEEPALIVE')).toBe(false)
  })

  test('checks the value first', async () => {
    await using made = await connection()
    const error = thrownBy(() => setOption(made.client, 'TCP_MAXSEG', -1))
    expect(error).toHaveProperty('code', 'ERR_OUT_OF_RANGE')
  })
})

describe('an option that does something late', () => {
  const late = [...options.values()]
    .filter((info) => isLinux(info) && info.available && info.before !== undefined)
    .flatMap(({ name, late: effect }) =>
      kindsOf(name)
        .filter((kind) => kind.startsWith('tcp') || kind.startsWith('udp'))
        .filter((kind) => (typeof effect === 'string' ? effect : effect?.[kind]) !== undefined)
        .map((kind) => ({ name, kind })),
    )

  for (const { name, kind } of late) {
    const privileged = table[name]?.root || name.endsWith('FORCE')
    const why = privileged && !isRoot ? ' (needs root)' : ''
    test.skipIf(why)(`is not refused: ${name} on a bound ${kind} socket${why}`, () => {
      using socket = bound(kind)
      if (kind.startsWith('udp')) socket.connect({ address: loopback(kind), port: socket.address().port })
      expect(() => set(socket, name, kind)).not.toThrow()
    })
  }

  test('is not refused on a raw socket, which may be bound again', { skip: !isRoot }, () => {
    using socket = openSocket('raw')
    socket.bind({ address: '127.0.0.1' })
    setOption(socket, 'IP_FREEBIND', true)
    socket.bind({ address: '203.0.113.9' })
    expect(socket.address()).toHaveProperty('address', '203.0.113.9')
  })
})
