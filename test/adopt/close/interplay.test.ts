import { once } from 'node:events'
import type net from 'node:net'
import { Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { closeAfterPeer } from '../../../lib/index.js'
import { tcpStates, useOwnNetwork } from '../../sockets/network.js'
import { connectedPair, inProcess, rejectionOf } from '../../support.js'
import { closeServer, halfOpenPair } from '../pairs.js'

useOwnNetwork()

/** All that comes, until there is enough of it. */
async function heard(socket: net.Socket, length: number): Promise<string> {
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk
  })
  while (text.length < length) await once(socket, 'data')
  return text
}

describe('closeAfterPeer', () => {
  test('called twice tells the same truth twice, and at once', async () => {
    const { client, accepted, server } = await connectedPair()
    const both = Promise.all([closeAfterPeer(accepted), closeAfterPeer(accepted, { timeout: 5000 })])
    client.resume().end()
    for (const report of await both) {
      expect(report).toMatchObject({ closedFirst: 'peer', timeWait: 'none', peer: 'time-wait' })
      expect(report.duration).toBeLessThan(900)
    }
    await closeServer(server)
  })

  test('called twice keeps the FIN back when one of the calls is given up', async () => {
    const { client, accepted, server } = await connectedPair()
    const port = accepted.localPort as number
    const given = new AbortController()
    const gone = rejectionOf(closeAfterPeer(accepted, { signal: given.signal }))
    const report = closeAfterPeer(accepted)
    given.abort()
    await gone
    const arrived = once(client, 'data')
    accepted.end('bye')
    await arrived
    expect(tcpStates(client.localPort as number)).toEqual(['ESTABLISHED'])
    client.end()
    expect(await report).toMatchObject({ closedFirst: 'peer', peer: 'time-wait' })
    expect(tcpStates(port)).not.toContain('TIME_WAIT')
    await closeServer(server)
  })

  test('gives a peer that has closed its side and reads slowly all that was written', async () => {
    const { client, accepted, server } = await halfOpenPair()
    const size = 16 << 20
    client.pause()
    const report = closeAfterPeer(accepted, { settle: 20 })
    accepted.write(Buffer.alloc(size))
    client.end()
    await once(accepted, 'end')
    // Longer than it may take to settle.
    await delay(50)
    let length = 0
    for await (const chunk of client) length += chunk.length
    expect(length).toBe(size)
    expect(await report).toMatchObject({ closedFirst: 'peer', timedOut: false, error: undefined })
    await closeServer(server)
  })

  test('waits no longer than its timeout for a peer that reads nothing', async () => {
    const { client, accepted, server } = await halfOpenPair()
    client.pause()
    const report = closeAfterPeer(accepted, { timeout: 100, settle: 20 })
    accepted.write(Buffer.alloc(16 << 20))
    client.end()
    expect(await report).toMatchObject({ closedFirst: 'peer', timedOut: false, peer: 'unknown' })
    client.destroy()
    await closeServer(server)
  })

  test.each(['end', 'finish', 'close'])('goes on where a listener of %s throws', async (event) => {
    const program = `
      const net = await import('node:net')
      process.on('uncaughtException', () => {})
      const server = await sockctl.listen(net.createServer(), { host: '127.0.0.1' })
      const client = net.connect(server.address().port, '127.0.0.1')
      server.once('connection', async (socket) => {
        socket.on('${event}', () => { throw new Error('mine') })
        client.resume().end()
        const { closedFirst, timedOut, peer } = await sockctl.closeAfterPeer(socket, { settle: 50 })
        report({ closedFirst, timedOut, peer })
        process.exit()
      })`
    expect(await inProcess(program)).toEqual({ closedFirst: 'peer', timedOut: false, peer: 'time-wait' })
  })

  test.each(['hex', 'latin1', 'base64'] as const)(
    'counts the bytes of what it throws away, in %s too',
    async (encoding) => {
      const { client, accepted, server } = await connectedPair()
      const report = closeAfterPeer(accepted.setEncoding(encoding))
      client.resume().end(Buffer.alloc(999, 0xe4))
      expect(await report).toMatchObject({ discarded: 999 })
      await closeServer(server)
    },
  )

  test('reads on where a pipe breaks, and where the socket is paused', async () => {
    const { client, accepted, server } = await connectedPair()
    const target = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => target.destroy() ?? done() })
    accepted.pipe(target)
    const report = closeAfterPeer(accepted, { timeout: 5000 })
    const broken = once(target, 'close')
    client.resume().write('into the pipe')
    await broken
    client.write('more')
    await expect.poll(() => accepted.bytesRead).toBe('into the pipe'.length + 'more'.length)
    accepted.pause()
    client.end('and more')
    expect(await report).toMatchObject({ timedOut: false, closedFirst: 'peer', discarded: 12 })
    await closeServer(server)
  })

  test('counts no bytes that a later listener gets', async () => {
    const { client, accepted, server } = await connectedPair()
    const report = closeAfterPeer(accepted, { timeout: 5000 })
    const text = heard(accepted, 5)
    client.resume().end('heard')
    expect(await text).toBe('heard')
    expect(await report).toMatchObject({ discarded: 0 })
    await closeServer(server)
  })

  test('reads from a paused socket that nobody listens to', async () => {
    const { client, accepted, server } = await connectedPair()
    accepted.pause()
    const report = closeAfterPeer(accepted, { timeout: 5000 })
    client.resume().end('bye')
    expect(await report).toMatchObject({ timedOut: false, discarded: 3, closedFirst: 'peer' })
    await closeServer(server)
  })

  test.each([
    ['waits for a listener', false],
    ['is paused', true],
  ])('that is given up leaves a socket that %s as it was', async (_, paused) => {
    const { client, accepted, server } = await connectedPair()
    if (paused) accepted.pause()
    const given = new AbortController()
    const gone = rejectionOf(closeAfterPeer(accepted, { signal: given.signal }))
    given.abort()
    expect(await gone).toHaveProperty('name', 'AbortError')
    expect(accepted.readableFlowing).toBe(paused ? false : null)
    client.write('later')
    const text = heard(accepted, 5)
    if (paused) accepted.resume()
    expect(await text).toBe('later')
    client.destroy()
    accepted.destroy()
    await closeServer(server)
  })
})
