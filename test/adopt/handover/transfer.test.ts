import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import net from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { type ReceivedSocket, receiveSockets, sendSockets } from '../../../lib/handover.js'
import { BareSocket, bindDatagram, getOption, listen } from '../../../lib/index.js'
import { openDescriptors } from '../../support.js'
import { keepDatagrams } from '../datagrams.js'
import { useFolder } from '../folder.js'
import { portOfServer } from '../pairs.js'
import { keepServers } from '../servers.js'
import { credentials } from '../tls.js'
import { keepChannels, keepPassing } from './channels.js'

const channelPair = keepChannels()
const pass = keepPassing()
const keep = keepServers()
const makeDatagram = keepDatagrams()
const host = '127.0.0.1'
let folder: string

useFolder((made) => {
  folder = made
})

function bareAt(port = 0): BareSocket {
  const bare = new BareSocket('ipv4')
  bare.listen(16, { address: host, port })
  return bare
}

describe('sendSockets and receiveSockets', () => {
  test('pass the very socket, by its name, close-on-exec', async () => {
    using bare = bareAt()
    const received = await pass({ 'a name, with ü': bare })
    using socket = received.get('a name, with ü') as ReceivedSocket
    expect(received.size).toBe(1)
    expect(socket.fd).not.toBe(bare.fd)
    expect(socket.address()).toEqual(bare.address())
    expect(getOption(socket, 'SO_COOKIE')).toBe(getOption(bare, 'SO_COOKIE'))
    expect(socket).toMatchObject({ family: 'ipv4', type: 'stream', listening: true })
    expect(readFileSync(`/proc/self/fdinfo/${socket.fd}`, 'utf8')).toMatch(/flags:\s+02[0-7]+/)
  })

  test('pass none', async () => {
    expect((await pass({})).size).toBe(0)
  })

  test.each([
    ['net', () => net.createServer((socket) => socket.end('hello')), (port: number) => text(net.connect(port, host))],
    ['http', () => http.createServer((_, response) => response.end('hello')), askHttp],
    ['https', () => https.createServer(credentials, (_, response) => response.end('hello')), askHttps],
    ['http2', () => http2.createServer((_, response) => response.end('hello')), askHttp2],
  ])('pass a socket on which a server of %s listens', async (_, make, ask) => {
    using bare = bareAt()
    const { port } = bare.address() as { port: number }
    const early = ask(port)
    const socket = (await pass({ web: bare })).get('web') as ReceivedSocket
    const server = await listen(keep(make() as net.Server), { socket })
    expect(socket.fd).toBe(-1)
    expect(portOfServer(server)).toBe(port)
    expect(await early).toBe('hello')
    expect(await ask(port)).toBe('hello')
  })

  test('pass more than fit into one message', async () => {
    using first = bareAt()
    const many = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`number ${index}`, first.fd]))
    const before = openDescriptors()
    const received = await pass(many)
    expect([...received.keys()]).toEqual(Object.keys(many))
    for (const socket of received.values()) socket.close()
    // The channel's own two are open, and the listener of it; those of earlier tests may close meanwhile.
    expect(openDescriptors()).toBeLessThanOrEqual(before + 3)
  })

  test('pass a UDP socket, with what is queued, on which SO_REUSEADDR is never on', async () => {
    const sender = await bindDatagram(makeDatagram('udp4'), { address: host })
    const bare = new BareSocket('ipv4', 'datagram')
    bare.bind({ address: host })
    sender.send('queued', (bare.address() as { port: number }).port, host)
    const socket = (await pass({ stats: bare })).get('stats') as ReceivedSocket
    bare.close()
    const receiver = makeDatagram('udp4')
    const message = once(receiver, 'message')
    await bindDatagram(receiver, { socket })
    expect(String((await message)[0])).toBe('queued')
    expect(getOption(receiver, 'SO_REUSEADDR')).toBe(false)
    const answer = once(sender, 'message')
    receiver.send('answer', sender.address().port, host)
    expect(String((await answer)[0])).toBe('answer')
  })

  test('pass Unix sockets, of streams and of datagrams', async () => {
    const path = join(folder, 'served')
    using stream = new BareSocket('unix')
    stream.listen(4, { path })
    using datagram = new BareSocket('unix', 'datagram')
    datagram.bind({ path: `${path}-datagram` })
    const received = await pass({ stream, datagram })
    expect(received.get('datagram')).toMatchObject({ family: 'unix', type: 'datagram', listening: false })
    const socket = received.get('stream') as ReceivedSocket
    await listen(keep(net.createServer((client) => client.end('hello'))), { socket })
    expect(await text(net.connect(path))).toBe('hello')
    received.get('datagram')?.close()
  })

  test('can be repeated on one channel, in both directions', async () => {
    const [one, other] = await channelPair()
    using bare = bareAt()
    for (let round = 0; round < 3; round++) {
      const [there] = await Promise.all([receiveSockets(other), sendSockets(one, { bare })])
      const [back] = await Promise.all([receiveSockets(one), sendSockets(other, { again: there.get('bare') as never })])
      expect(back.get('again')?.address()).toEqual(bare.address())
      for (const socket of [...there.values(), ...back.values()]) socket.close()
    }
  })
})

function askHttp(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    http.get({ host, port, agent: false }, (response) => resolve(text(response))).on('error', reject)
  })
}

function askHttps(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { host, port, agent: false, rejectUnauthorized: false }
    https.get(options, (response) => resolve(text(response))).on('error', reject)
  })
}

async function askHttp2(port: number): Promise<string> {
  const session = http2.connect(`http://${host}:${port}`)
  const answer = await text(session.request({ ':path': '/' }))
  session.close()
  return answer
}
