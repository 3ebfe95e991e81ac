import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { BareSocket, getOption, setOption, setOptions } from '../../lib/index.js'
import { closed } from '../support.js'
import { connection, fillQueue, startConnect } from './connections.js'
import { openSocket } from './kinds.js'

const address = '127.0.0.1'

/** The code of the error of binding a new socket to a port, undefined where that works. */
function bindCode(port: number | undefined, options: { reuseAddress?: true; reusePort?: true } = {}) {
  using socket = openSocket('tcp')
  setOption(socket, 'SO_REUSEADDR', options.reuseAddress ?? false)
  setOption(socket, 'SO_REUSEPORT', options.reusePort ?? false)
  try {
    socket.bind({ address, port })
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  }
}

describe('SO_REUSEADDR, late', () => {
  test('admits a second socket to the port of a bound one', () => {
    using socket = openSocket('tcp')
    socket.bind({ address })
    const { port } = socket.address()
    expect(bindCode(port, { reuseAddress: true })).toBe('EADDRINUSE')
    setOption(socket, 'SO_REUSEADDR', true)
    expect(bindCode(port, { reuseAddress: true })).toBeUndefined()
    expect(bindCode(port)).toBe('EADDRINUSE')
  })

  test('admits nobody to the port of a listener', () => {
    using socket = openSocket('tcp')
    socket.listen(1, { address })
    setOption(socket, 'SO_REUSEADDR', true)
    expect(bindCode(socket.address().port, { reuseAddress: true })).toBe('EADDRINUSE')
  })

  /** Ends a connection from the client's side, whose port is then in TIME_WAIT. */
  async function remnant(prepare: (client: net.Socket) => void): Promise<number> {
    const made = await connection({}, { localAddress: address })
    prepare(made.client)
    const port = made.client.localPort as number
    const gone = [closed(made.client), closed(made.accepted)]
    made.accepted.resume().once('end', () => made.accepted.end())
    made.client.resume().end()
    await Promise.all(gone)
    await made[Symbol.asyncDispose]()
    return port
  }

  test('on a connected socket makes the port of its TIME_WAIT remnant free for others that have it', async () => {
    const without = await remnant(() => {})
    expect(bindCode(without, { reuseAddress: true })).toBe('EADDRINUSE')
    const withIt = await remnant((client) => setOption(client, 'SO_REUSEADDR', true))
    expect(bindCode(withIt)).toBe('EADDRINUSE')
    expect(bindCode(withIt, { reuseAddress: true })).toBeUndefined()
  })
})

describe('SO_REUSEPORT, late', () => {
  test('on a listener admits another that shares its connections', async () => {
    await using made = await connection()
    const { port } = made.server.address() as net.AddressInfo
    expect(bindCode(port, { reusePort: true, reuseAddress: true })).toBe('EADDRINUSE')
    setOption(made.server, 'SO_REUSEPORT', true)
    // The connection that was accepted before has SO_REUSEADDR alone.
    expect(bindCode(port, { reusePort: true })).toBe('EADDRINUSE')
    using second = new BareSocket('ipv4')
    setOptions(second, { SO_REUSEADDR: true, SO_REUSEPORT: true })
    second.listen(128, { address, port })
    const arrived = new Set<string>()
    const other = net.createServer().listen({ fd: second.detach() })
    for (const [name, server] of [
      ['first', made.server],
      ['second', other],
    ] as const) {
      server.on('connection', (socket) => {
        arrived.add(name)
        socket.destroy()
      })
    }
    // Each connection goes to either by a hash of its ports: a hundred to one alone is not to be expected.
    for (let count = 0; count < 100 && arrived.size < 2; count++) {
      const client = net.connect(port, address).resume()
      await closed(client)
    }
    expect([...arrived].sort()).toEqual(['first', 'second'])
    other.close()
  })
})

/** What a receiver that does not read takes in, until no more comes. */
async function takenIn(prepare: (receiver: net.Socket) => void): Promise<number> {
  await using made = await connection({ options: { SO_RCVBUF: 500_000 } })
  made.accepted.pause()
  prepare(made.accepted)
  made.client.write(Buffer.alloc(8_000_000))
  let last = 0
  const isFull = () => {
    const before = last
    last = getOption(made.accepted, 'TCP_INFO').bytesReceived as number
    expect(last).toBeGreaterThan(0)
    expect(last).toBe(before)
  }
  await vi.waitFor(isFull, { timeout: 50_000, interval: 250 })
  return last
}

describe('SO_RCVBUF, late', () => {
  test('on a connected socket says how much may queue', async () => {
    const before = await takenIn(() => {})
    const after = await takenIn((receiver) => setOption(receiver, 'SO_RCVBUF', 20_000))
    expect(after).toBeLessThan(before / 2)
  })

  test('on a connected socket leaves the window scale as it was agreed', async () => {
    await using made = await connection()
    const scale = () => getOption(made.client, 'TCP_INFO').receiveWindowScale
    const agreed = scale()
    setOption(made.client, 'SO_RCVBUF', 2304)
    expect(scale()).toBe(agreed)
  })
})

/** Sends a datagram to a receiver whose control message names a source address that the host does not have. */
const foreignSource = `
import ctypes, os, socket, struct, sys
sock = socket.socket(fileno=3)
source = socket.inet_pton(socket.AF_INET6, '2001:db8::9') + struct.pack('i', 0)
try:
    sock.sendmsg([b'x'], [(socket.IPPROTO_IPV6, 50, source)], 0, ('::1', int(sys.argv[1])))
    print('sent')
except OSError as error:
    print(error.errno)
sock.detach()`

const hasPython = spawnSync('python3', ['--version']).status === 0

describe.each(['IP_FREEBIND', 'IPV6_FREEBIND'] as const)('%s, late', (name) => {
  const why = hasPython ? '' : ' (needs python3)'
  test.skipIf(why)(`on an IPv6 datagram socket allows a source that is not the host's${why}`, () => {
    using receiver = openSocket('udp6')
    receiver.bind({ address: '::1' })
    using socket = openSocket('udp6')
    socket.bind({ address: '::' })
    const send = () => {
      const argument = String(receiver.address().port)
      const stdio = ['ignore', 'pipe', 'inherit', socket.fd] as const
      const { stdout } = spawnSync('python3', ['-c', foreignSource, argument], { stdio: [...stdio], encoding: 'utf8' })
      return stdout.trim()
    }
    expect(send()).toBe('22')
    setOption(socket, name, true)
    expect(send()).not.toBe('22')
  })
})

describe('TCP_MAXSEG, while the SYN is not answered', () => {
  test('is kept when sending', async () => {
    using listener = openSocket('tcp')
    using filler = openSocket('tcp')
    using socket = openSocket('tcp')
    startConnect(socket, address, fillQueue(listener, filler))
    expect(getOption(socket, 'TCP_INFO').state).toBe('SYN_SENT')
    setOption(socket, 'TCP_MAXSEG', 1000)
    const server = net.createServer((accepted) => accepted.on('error', () => {})).listen({ fd: listener.detach() })
    await vi.waitFor(() => expect(getOption(socket, 'TCP_INFO').state).toBe('ESTABLISHED'), 50_000)
    expect([988, 1000]).toContain(getOption(socket, 'TCP_INFO').sendMss)
    socket.close()
    filler.close()
    server.close()
    await once(server, 'close')
  })
})
