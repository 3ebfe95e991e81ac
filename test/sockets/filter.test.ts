import dgram from 'node:dgram'
import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { tcpInfo } from '../../lib/diag.js'
import {
  attachFilter,
  BareSocket,
  detachFilter,
  dropSyns,
  getFilter,
  getOption,
  setOption,
  setOptions,
} from '../../lib/index.js'
import { connection, startConnect } from '../options/connections.js'
import { openSocket } from '../options/kinds.js'
import { inProcess, isRoot, nobody, stockServer, thrownBy } from '../support.js'
import { acceptAll, dropAll, longProgram } from './programs.js'

describe('attachFilter', () => {
  test.each(['udp', 'udp6', 'unix'] as const)('attaches what getFilter reads, to a %s socket', (kind) => {
    using socket = openSocket(kind)
    expect(getFilter(socket)).toEqual([])
    for (const program of [acceptAll, dropSyns(), longProgram(1000)]) {
      attachFilter(socket, program)
      expect(getFilter(socket)).toEqual(program)
      expect(getOption(socket, 'SO_ATTACH_FILTER')).toEqual(program)
    }
    detachFilter(socket)
    expect(getFilter(socket)).toEqual([])
  })

  test('says what the kernel says of an instruction that it does not know', () => {
    using socket = openSocket('udp')
    const error = thrownBy(() => attachFilter(socket, [{ code: 0xffff, jt: 0, jf: 0, k: 0 }, ...acceptAll]))
    expect(error).toMatchObject({ code: 'EINVAL', syscall: 'setsockopt', option: 'SO_ATTACH_FILTER' })
  })

  test('is refused once the filter is locked, as is detachFilter', () => {
    using socket = openSocket('udp')
    setOptions(socket, { SO_LOCK_FILTER: true, SO_ATTACH_FILTER: acceptAll })
    expect(thrownBy(() => attachFilter(socket, dropAll))).toHaveProperty('code', 'EPERM')
    expect(thrownBy(() => detachFilter(socket))).toHaveProperty('code', 'EPERM')
    expect(getFilter(socket)).toEqual(acceptAll)
  })

  test.skipIf(!isRoot)(
    `needs CAP_NET_ADMIN on TCP where the kernel asks for it${isRoot ? '' : ' (needs root)'}`,
    async () => {
      const program = `
      const outcome = (type) => {
        const socket = new sockctl.BareSocket('ipv4', type)
        try {
          sockctl.attachFilter(socket, sockctl.dropSyns())
          return { attached: sockctl.getFilter(socket).length }
        } catch ({ code, syscall, option }) {
          return { code, syscall, option }
        }
      }
      report([outcome('stream'), outcome('datagram')])`
      const [tcp, udp] = await inProcess<[object, object]>(program, nobody)
      const refused = { code: 'EPERM', syscall: 'setsockopt', option: 'SO_ATTACH_FILTER' }
      expect([refused, { attached: 5 }]).toContainEqual(tcp)
      expect(udp).toEqual({ attached: 5 })
    },
  )
})

describe('setOptions', () => {
  test.each([[acceptAll], [undefined]])(
    'puts the filter that there was back, when another option is refused: %j',
    (before) => {
      using socket = openSocket('udp')
      if (before) attachFilter(socket, before)
      const error = thrownBy(() => setOptions(socket, { SO_ATTACH_FILTER: longProgram(100), TCP_NODELAY: true }))
      expect(error).toHaveProperty('option', 'TCP_NODELAY')
      expect(getFilter(socket)).toEqual(before ?? [])
    },
  )
})

describe('detachFilter', () => {
  test('says ENOENT where there is none', () => {
    using socket = openSocket('udp')
    const error = thrownBy(() => detachFilter(socket))
    expect(error).toMatchObject({ code: 'ENOENT', syscall: 'setsockopt', option: 'SO_DETACH_FILTER' })
  })
})

const why = isRoot ? '' : ' (needs root: a filter on TCP)'

describe.skipIf(!isRoot)(`dropSyns${why}`, () => {
  test.each(['127.0.0.1', '::1'])(
    'keeps new connections to %s out, and those that are there going',
    async (host) => {
      const { server, port } = await stockServer((socket) => socket.pipe(socket), host)
      const client = net.connect(port, host)
      await once(client, 'connect')
      attachFilter(server, dropSyns())
      // A large reply takes segments of full length both ways.
      client.write(Buffer.alloc(200_000, 'x'))
      for (let received = 0; received < 200_000; ) received += ((await once(client, 'data')) as [Buffer])[0].length

      using late = new BareSocket(host === '::1' ? 'ipv6' : 'ipv4')
      startConnect(late, host, port)
      await vi.waitFor(() => expect(tcpInfo(late).totalRetransmits).toBeGreaterThan(0), 50_000)
      expect(tcpInfo(late).state).toBe('SYN_SENT')

      const arrival = once(server, 'connection') as Promise<[net.Socket]>
      detachFilter(server)
      const [accepted] = await arrival
      expect(accepted.remotePort).toBe(late.address().port)
      expect(tcpInfo(late).state).toBe('ESTABLISHED')
      accepted.destroy()
      client.destroy()
      server.close()
    },
    15_000,
  )

  test('goes on in the connections that a listener accepts', async () => {
    await using made = await connection({
      control: (socket) => attachFilter(socket, acceptAll),
    })
    expect(getFilter(made.accepted)).toEqual(acceptAll)
    attachFilter(made.server, dropSyns())
    expect(getFilter(made.accepted)).toEqual(acceptAll)
  })
})

describe('a filter', () => {
  test('that drops everything keeps datagrams out until it is gone', async () => {
    const [receiver, sender] = [dgram.createSocket('udp4'), dgram.createSocket('udp4')]
    receiver.bind(0, '127.0.0.1')
    await once(receiver, 'listening')
    const send = (text: string) =>
      new Promise((resolve) => sender.send(text, receiver.address().port, '127.0.0.1', resolve))
    attachFilter(receiver, dropAll)
    await send('first')
    detachFilter(receiver)
    const arrival = once(receiver, 'message') as Promise<[Buffer]>
    await send('second')
    const [message] = await arrival
    expect(String(message)).toBe('second')
    expect(thrownBy(() => setOption(receiver, 'SO_DETACH_BPF', true))).toHaveProperty('code', 'ENOENT')
    receiver.close()
    sender.close()
  })
})
