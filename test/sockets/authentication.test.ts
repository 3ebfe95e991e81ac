import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import {
  addAoKey,
  BareSocket,
  connect,
  listen,
  type Md5Key,
  removeAoKey,
  removeMd5Key,
  setMd5Key,
  setOption,
} from '../../lib/index.js'
import { native } from '../../lib/native.js'
import { isHere } from '../options/kinds.js'
import { rejectionOf, thrownBy } from '../support.js'

const networks = [
  { host: '127.0.0.1', network: '127.0.0.0', prefixLength: 8 },
  { host: '::1', network: '::', prefixLength: 64 },
]

/** A listener on an address, prepared, that sends back what it gets. */
async function echoServer(host: string, control: (socket: BareSocket) => void) {
  const server = net.createServer((socket) => socket.pipe(socket))
  await listen(server, { host, control })
  return { server, port: (server.address() as net.AddressInfo).port }
}

/** Connects and sends, giving what comes back; a SYN that nobody answers is given up after a second. */
async function exchange(host: string, port: number, control: (socket: BareSocket) => void): Promise<string> {
  const socket = await connect({ host, port, control, options: { TCP_SYNCNT: 1, TCP_USER_TIMEOUT: 1000 } })
  socket.end('hello')
  const [data] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return String(data)
}

const nothing = () => {}

describe.each(networks)('setMd5Key to $host', ({ host, network, prefixLength }) => {
  const set = (key: Md5Key) => (socket: BareSocket) => setMd5Key(socket, key)

  test('lets peers with equal keys talk', async () => {
    const { server, port } = await echoServer(host, set({ address: host, key: 'secret' }))
    expect(await exchange(host, port, set({ address: host, key: Buffer.from('secret') }))).toBe('hello')
    server.close()
  })

  test('lets the peers of a network talk', async () => {
    const key = { address: network, prefixLength, key: 'secret' }
    const { server, port } = await echoServer(host, set(key))
    expect(await exchange(host, port, set(key))).toBe('hello')
    server.close()
  })

  test('keeps out who has no key, and who has another', async () => {
    const { server, port } = await echoServer(host, set({ address: host, key: 'secret' }))
    const attempts = [nothing, set({ address: host, key: 'Secret' })]
    const errors = await Promise.all(attempts.map((control) => rejectionOf(exchange(host, port, control))))
    expect(errors.map(({ code }) => code)).toEqual(['ETIMEDOUT', 'ETIMEDOUT'])
    server.close()
  })

  test('keeps to itself a client whose server has no key', async () => {
    const { server, port } = await echoServer(host, nothing)
    const control = set({ address: host, key: 'secret' })
    expect(await rejectionOf(exchange(host, port, control))).toHaveProperty('code', 'ETIMEDOUT')
    server.close()
  })

  test('is undone by removeMd5Key', async () => {
    const { server, port } = await echoServer(host, set({ address: host, key: 'secret' }))
    removeMd5Key(server, { address: host })
    expect(await exchange(host, port, nothing)).toBe('hello')
    const error = thrownBy(() => removeMd5Key(server, { address: host }))
    expect(error).toMatchObject({ code: 'ENOENT', syscall: 'setsockopt', option: 'TCP_MD5SIG' })
    server.close()
  })
})

describe('setMd5Key', () => {
  test('takes a peer of IPv4 on a dual-stack listener', async () => {
    const key = { address: '127.0.0.1', key: 'secret' }
    const { server, port } = await echoServer('::', (socket) => setMd5Key(socket, key))
    expect(await exchange('127.0.0.1', port, (socket) => setMd5Key(socket, key))).toBe('hello')
    const refused = rejectionOf(exchange('127.0.0.1', port, nothing))
    expect(await refused).toHaveProperty('code', 'ETIMEDOUT')
    removeMd5Key(server, { address: '127.0.0.1' })
    server.close()
  })

  test.each([
    [{ address: '127.0.0.1', key: '' }, 'ERR_OUT_OF_RANGE'],
    [{ address: '127.0.0.1', key: 'x'.repeat(81) }, 'ERR_OUT_OF_RANGE'],
    [{ address: '127.0.0.1', key: 1 }, 'ERR_INVALID_ARG_TYPE'],
    [{ address: 'localhost', key: 'x' }, 'ERR_INVALID_IP_ADDRESS'],
    [{ address: '127.0.0.1', key: 'x', prefixLength: 33 }, 'ERR_OUT_OF_RANGE'],
    [{ address: '::1', key: 'x', prefixLength: 129 }, 'ERR_OUT_OF_RANGE'],
    [undefined, 'ERR_INVALID_ARG_TYPE'],
  ])('refuses %j: %s', (key, code) => {
    using socket = new BareSocket('ipv6')
    const error = thrownBy(() => setMd5Key(socket, key as Md5Key))
    expect(error).toHaveProperty('code', code)
    expect(error).not.toHaveProperty('syscall')
  })

  test.each([
    { address: '::1', key: 'x' },
    { address: '127.0.0.1', key: 'x', interface: 'lo' },
  ])('says what the kernel says of %j', (key) => {
    using socket = new BareSocket('ipv4')
    expect(thrownBy(() => setMd5Key(socket, key))).toMatchObject({ code: 'EINVAL', syscall: 'setsockopt' })
  })

  test.each(['prefixLength', 'interface'])('is TCP_MD5SIG_EXT where there is %s, which TCP_MD5SIG ignores', (name) => {
    using socket = new BareSocket('ipv4')
    const value = { address: '127.0.0.1', key: 'x', [name]: 1 }
    expect(thrownBy(() => setOption(socket, 'TCP_MD5SIG', value))).toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
  })
})

const hasAo = isHere('TCP_AO_INFO')
const lacking = hasAo ? '' : ' (this kernel has no TCP-AO: CONFIG_TCP_AO)'
const ao = { address: '127.0.0.1', sendId: 100, receiveId: 100 }

describe.skipIf(lacking)(`addAoKey${lacking}`, () => {
  test('lets peers with equal keys talk, and keeps the others out', async () => {
    const add = (key: string) => (socket: BareSocket) => addAoKey(socket, { ...ao, key })
    const { server, port } = await echoServer('127.0.0.1', add('secret'))
    expect(await exchange('127.0.0.1', port, add('secret'))).toBe('hello')
    const attempts = [nothing, add('Secret')]
    const errors = await Promise.all(attempts.map((control) => rejectionOf(exchange('127.0.0.1', port, control))))
    expect(errors.map(({ code }) => code)).toEqual(['ETIMEDOUT', 'ETIMEDOUT'])
    server.close()
  })

  test('is undone by removeAoKey', () => {
    using socket = new BareSocket('ipv4')
    addAoKey(socket, { ...ao, key: 'secret' })
    removeAoKey(socket, ao)
    expect(thrownBy(() => removeAoKey(socket, ao))).toHaveProperty('code', 'ENOENT')
  })
})

describe('addAoKey', () => {
  test.each([
    ['127.0.0.1', 32],
    ['::ffff:127.0.0.1', 32],
    ['::FFFF:127.0.0.1', 32],
    ['0:0:0:0:0:ffff:7f00:1', 32],
    ['::1', 128],
    ['::ffff:0:127.0.0.1', 128],
  ])('is for one peer where that is all of %s: %i bits', (address, bits) => {
    using socket = new BareSocket('ipv6')
    const prefixAt = 202
    using call = vi.spyOn(native, 'setsockopt').mockReturnValue(0)
    addAoKey(socket, { ...ao, address, key: 'secret' })
    expect(call.mock.lastCall?.[3][prefixAt]).toBe(bits)
  })
})

describe.skipIf(hasAo)(`addAoKey on a kernel without TCP-AO${hasAo ? ' (this one has it)' : ''}`, () => {
  test('says so, as does removeAoKey', () => {
    using socket = new BareSocket('ipv4')
    const calls = [() => addAoKey(socket, { ...ao, key: 'secret' }), () => removeAoKey(socket, ao)]
    for (const call of calls) {
      expect(thrownBy(call)).toMatchObject({ code: 'ERR_SOCKCTL_UNSUPPORTED', syscall: 'setsockopt' })
    }
  })
})
