import dgram from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import {
  getOption,
  type OptionInput,
  type SocketKind,
  setOption,
  setOptions,
  type WritableOption,
} from '../../lib/index.js'
import { isRoot, thrownBy } from '../support.js'
import {
  isHere,
  isLinux,
  kindsOf,
  loopbackIndex,
  namesWhere,
  openSocket,
  type WriteOnlyOption,
  whyNoSocket,
} from './kinds.js'
import { isTooNew, type Written, written, writtenNames } from './written.js'

/** Why an option cannot be set here, for the name of a test. */
function whyNot(name: WriteOnlyOption, kind: SocketKind, { root, beside, apart }: Written): string {
  if (isTooNew(name) || (beside && !isHere(beside))) return ' (this kernel lacks it)'
  if (apart !== undefined) return ` (${apart})`
  return whyNoSocket(kind) || (root && !isRoot ? ' (needs root)' : '')
}

const cases = writtenNames.flatMap((name) => {
  const sample: Written = written[name]
  const those = kindsOf(name).filter((kind) => sample.kinds?.includes(kind) ?? true)
  return those.map((kind) => ({ name, kind, sample, why: whyNot(name, kind, sample) }))
})

function set(socket: { fd: number }, name: WritableOption, value: unknown): void {
  setOption(socket, name, value as OptionInput)
}

describe('the samples', () => {
  test('are for each row that can only be set', () => {
    const rows = namesWhere<WriteOnlyOption>((entry) => isLinux(entry) && entry.access === 'wo')
    expect([...writtenNames].sort()).toEqual([...rows].sort())
  })

  test('show that they did something, each in its way', () => {
    for (const { sample } of cases)
      expect(sample.again ?? sample.shows ?? sample.refused ?? sample.elsewhere).toBeDefined()
  })
})

describe('setOption', () => {
  for (const { name, kind, sample, why } of cases) {
    if (!sample.refused) continue
    test.skipIf(why)(`is told that ${name} of a ${kind} socket is refused${why}`, () => {
      using socket = openSocket(kind)
      const error = thrownBy(() => set(socket, name, sample.value))
      expect(error).toMatchObject({ code: sample.refused, syscall: 'setsockopt', option: name })
    })
  }

  for (const { name, kind, sample, why } of cases) {
    if (sample.refused) continue
    test.skipIf(why)(`sets ${name} of a ${kind} socket, which shows${why}`, () => {
      using socket = openSocket(kind)
      if (sample.first) setOptions(socket, sample.first)
      const [shown, expected] = sample.shows ?? []
      if (shown) expect(getOption(socket, shown)).not.toEqual(expected)
      set(socket, name, sample.value)
      if (shown) expect(getOption(socket, shown)).toEqual(expected)
      if (!sample.again) return
      const error = thrownBy(() => set(socket, name, sample.value))
      expect(error).toMatchObject({ code: sample.again, syscall: 'setsockopt', option: name })
    })
  }

  test.each([0, 4, 19, 16])('refuses an IPV6_PKTINFO of %s bytes as the kernel does', (length) => {
    using socket = openSocket('udp6')
    const error = thrownBy(() => setOption(socket, 'IPV6_PKTINFO', new Uint8Array(length)))
    expect(error).toMatchObject({ code: 'EINVAL', syscall: 'setsockopt', option: 'IPV6_PKTINFO' })
  })

  test.skipIf(isRoot).each(['SO_RCVBUFFORCE', 'SO_SNDBUFFORCE'] as const)(
    `does not allow %s to the unprivileged${isRoot ? ' (needs another user than root)' : ''}`,
    (name) => {
      using socket = openSocket('tcp')
      const error = thrownBy(() => setOption(socket, name, 10_000))
      expect(error).toMatchObject({ code: 'EPERM', syscall: 'setsockopt', option: name })
    },
  )

  const groupName = (name: WriteOnlyOption) => /^IP.*(MEMBERSHIP|GROUP)/.test(name)

  test.each(writtenNames.filter(groupName))('refuses for %s what is no multicast group', (name) => {
    using socket = openSocket('udp6')
    const group = name.startsWith('IPV6') ? '::1' : '127.0.0.1'
    const error = thrownBy(() => set(socket, name, { group, source: '127.0.0.9', interface: undefined }))
    expect(['EINVAL', 'EADDRNOTAVAIL']).toContain(error.code)
    expect(error.syscall).toBe('setsockopt')
  })
})

/** A receiver on a port of its own and a sender whose multicasts stay on the loopback interface. */
async function twoSockets() {
  const [receiver, sender] = [dgram.createSocket('udp4'), dgram.createSocket('udp4')]
  receiver.bind(0)
  sender.bind(0, '127.0.0.1')
  await Promise.all([once(receiver, 'listening'), once(sender, 'listening')])
  setOption(sender, 'IP_MULTICAST_IF', '127.0.0.1')
  setOption(sender, 'IP_MULTICAST_TTL', 0)
  setOption(receiver, 'IP_MULTICAST_ALL', false)
  const { port } = receiver.address()
  const [theGroup, another] = ['239.83.67.3', '239.83.67.4']
  /** What arrives of a datagram to the group and then one straight to the receiver, which ends the wait. */
  const send = async () => {
    const got: string[] = []
    const end = new Promise<void>((resolve) => {
      receiver.on('message', (message) => {
        got.push(message.toString())
        if (message.toString() === 'end') resolve()
      })
    })
    sender.send('group', port, theGroup)
    sender.send('another', port, another)
    sender.send('end', port, '127.0.0.1')
    await end
    receiver.removeAllListeners('message')
    return got
  }
  const close = () => [receiver, sender].map((socket) => socket.close())
  return { receiver, send, close, group: theGroup }
}

describe('a membership', () => {
  const everything = { interface: '127.0.0.1' }

  test('brings the datagrams of its group, until it is dropped', async () => {
    const { receiver, send, close, group } = await twoSockets()
    expect(await send()).toEqual(['end'])
    setOption(receiver, 'IP_ADD_MEMBERSHIP', { group, ...everything })
    expect(await send()).toEqual(['group', 'end'])
    setOption(receiver, 'IP_DROP_MEMBERSHIP', { group, ...everything })
    expect(await send()).toEqual(['end'])
    close()
  })

  test('takes the interface by its name and by its index too', async () => {
    const { receiver, send, close, group } = await twoSockets()
    for (const key of ['lo', loopbackIndex]) {
      setOption(receiver, 'IP_ADD_MEMBERSHIP', { group, interface: key })
      expect(await send()).toEqual(['group', 'end'])
      setOption(receiver, 'IP_DROP_MEMBERSHIP', { group, interface: key })
    }
    close()
  })

  test('does without a source that is blocked, until it is let through', async () => {
    const { receiver, send, close, group } = await twoSockets()
    const source = { group, source: '127.0.0.1', ...everything }
    setOption(receiver, 'IP_ADD_MEMBERSHIP', { group, ...everything })
    setOption(receiver, 'IP_BLOCK_SOURCE', source)
    expect(await send()).toEqual(['end'])
    setOption(receiver, 'IP_UNBLOCK_SOURCE', source)
    expect(await send()).toEqual(['group', 'end'])
    close()
  })

  test('of one source brings that one alone', async () => {
    const { receiver, send, close, group } = await twoSockets()
    setOption(receiver, 'IP_ADD_SOURCE_MEMBERSHIP', { group, source: '127.0.0.9', ...everything })
    expect(await send()).toEqual(['end'])
    setOption(receiver, 'IP_ADD_SOURCE_MEMBERSHIP', { group, source: '127.0.0.1', ...everything })
    expect(await send()).toEqual(['group', 'end'])
    setOption(receiver, 'IP_DROP_SOURCE_MEMBERSHIP', { group, source: '127.0.0.1', ...everything })
    expect(await send()).toEqual(['end'])
    close()
  })
})
