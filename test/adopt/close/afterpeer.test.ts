import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { abort, BareSocket, closeAfterPeer, connect, listen } from '../../../lib/index.js'
import { tcpStates, useOwnNetwork } from '../../sockets/network.js'
import { closed, openDescriptors, rejectionOf } from '../../support.js'
import { closeServer, halfOpenPair, pairs, portOfServer, tlsPair } from '../pairs.js'

useOwnNetwork()

function whyNot(): string {
  try {
    new BareSocket('ipv4', 'stream', 'mptcp').close()
    return ''
  } catch (error) {
    return ` (this kernel says ${(error as { code: string }).code})`
  }
}

const whyNoMptcp = whyNot()

const addresses = ['127.0.0.1', '::1', '::ffff:127.0.0.1'] as const

describe('closeAfterPeer', () => {
  test.each(addresses)('over %s lets the peer close first, and TIME_WAIT is there', async (host) => {
    const { client, accepted, server } = await halfOpenPair(host)
    const ports = [client.localPort, accepted.localPort] as [number, number]
    const report = closeAfterPeer(client)
    accepted.resume().end()
    expect(await report).toMatchObject({
      closedFirst: 'peer',
      resetBy: undefined,
      timedOut: false,
      state: 'CLOSED',
      timeWait: 'none',
      peer: 'time-wait',
    })
    await closeServer(server)
    expect(tcpStates(ports[0])).toEqual([])
    expect(tcpStates(ports[1])).toEqual(['TIME_WAIT'])
  })

  test('holds the FIN of end() back, and sends what was written', async () => {
    const { client, accepted, server } = await halfOpenPair()
    const port = client.localPort as number
    const report = closeAfterPeer(client)
    const goodbye = once(accepted, 'data')
    client.end('bye')
    expect((await goodbye).toString()).toBe('bye')
    await delay(20)
    expect(tcpStates(port)).toEqual(['ESTABLISHED'])
    accepted.end()
    expect(await report).toMatchObject({ closedFirst: 'peer', timeWait: 'none', peer: 'time-wait' })
    await closeServer(server)
  })

  test('throws away what comes and counts it', async () => {
    const { client, accepted, server } = await halfOpenPair()
    const report = closeAfterPeer(client)
    accepted.resume().end(Buffer.alloc(1_000_000))
    expect(await report).toMatchObject({ closedFirst: 'peer', discarded: 1_000_000, peer: 'time-wait' })
    await closeServer(server)
  })

  test.each(pairs.filter(([kind]) => kind !== 'http'))('of %s tells that the peer closed first', async (_, open) => {
    const { client, accepted, server } = await open()
    const port = client.localPort as number
    const report = closeAfterPeer(accepted)
    client.resume().end()
    expect(await report).toMatchObject({ closedFirst: 'peer', timeWait: 'none', peer: 'time-wait' })
    expect(tcpStates(port)).toEqual(['TIME_WAIT'])
    await closeServer(server)
  })

  test('closes first at the timeout, and tells of TIME_WAIT', async () => {
    const { client, accepted, server } = await halfOpenPair()
    const port = client.localPort as number
    accepted.resume().on('end', () => accepted.end())
    const report = await closeAfterPeer(client, { timeout: 30 })
    expect(report).toMatchObject({ timedOut: true, closedFirst: 'us', state: 'TIME_WAIT', timeWait: 'held' })
    expect(report.timeWaitMs).toBeGreaterThan(50_000)
    expect(tcpStates(port)).toEqual(['TIME_WAIT'])
    await closeServer(server)
  })

  test('leaves FIN_WAIT_2 where the peer never closes', async () => {
    const { client, accepted, server } = await halfOpenPair()
    const port = client.localPort as number
    const report = await closeAfterPeer(client, { timeout: 20, settle: 50 })
    expect(report).toMatchObject({ closedFirst: 'us', state: 'FIN_WAIT_2', timeWait: 'possible', peer: 'unknown' })
    expect(tcpStates(port)).toEqual(['FIN_WAIT_2'])
    accepted.destroy()
    await closeServer(server)
  })

  test('aborts at the timeout where told to', async () => {
    const { client, accepted, server } = await halfOpenPair()
    const ports = [client.localPort, accepted.localPort] as [number, number]
    const failed = once(accepted, 'error')
    const report = await closeAfterPeer(client, { timeout: 20, onTimeout: 'abort' })
    expect(report).toMatchObject({ timedOut: true, closedFirst: undefined, resetBy: 'us', state: 'CLOSED' })
    expect(report).toMatchObject({ timeWait: 'none', peer: 'none' })
    expect((await failed)[0]).toHaveProperty('code', 'ECONNRESET')
    await closeServer(server)
    for (const port of ports) expect(tcpStates(port)).toEqual([])
  })

  test.each([
    ['before it closes', (peer: net.Socket) => abort(peer)],
    ['after its FIN', (peer: net.Socket) => peer.end(() => abort(peer))],
  ])('tells of a peer that resets %s', async (_, reset) => {
    const { client, accepted, server } = await halfOpenPair()
    const ports = [client.localPort, accepted.localPort] as [number, number]
    client.on('data', () => {}).pause()
    const report = closeAfterPeer(client, { timeout: 1000 })
    reset(accepted)
    await delay(20)
    client.resume()
    expect(await report).toMatchObject({ resetBy: 'peer', state: 'CLOSED', timeWait: 'none', peer: 'none' })
    await closeServer(server)
    for (const port of ports) expect(tcpStates(port)).toEqual([])
  })

  test('tells of a socket that is destroyed meanwhile', async () => {
    const { client, accepted, server } = await halfOpenPair()
    accepted.resume().on('end', () => accepted.end())
    const report = closeAfterPeer(client)
    client.destroy()
    expect(await report).toMatchObject({ closedFirst: 'us', state: 'TIME_WAIT', timeWait: 'held' })
    await closeServer(server)
  })

  test('tells of a socket that is destroyed with an error after the end of its peer', async () => {
    const { client, accepted, server } = await halfOpenPair()
    const port = accepted.localPort as number
    const report = closeAfterPeer(client)
    client.once('end', () => client.destroy(Object.assign(new Error('no more'), { code: 'ENOUGH' })))
    accepted.resume().end()
    expect(await report).toMatchObject({ closedFirst: 'peer', error: 'ENOUGH', timeWait: 'none', peer: 'unknown' })
    await closeServer(server)
    expect(tcpStates(port)).toEqual(['TIME_WAIT'])
  })

  test.skipIf(whyNoMptcp)(`refuses MPTCP, whose end it cannot tell${whyNoMptcp}`, async () => {
    const server = await listen(net.createServer(), { host: '127.0.0.1', protocol: 'mptcp' })
    const client = await connect({ port: portOfServer(server), host: '127.0.0.1', protocol: 'mptcp' })
    expect(await rejectionOf(closeAfterPeer(client))).toHaveProperty('code', 'ERR_SOCKCTL_UNSUPPORTED')
    client.destroy()
    await closeServer(server)
  })

  test('tells of a socket that is aborted meanwhile', async () => {
    const { client, server } = await halfOpenPair()
    const report = closeAfterPeer(client)
    abort(client)
    expect(await report).toMatchObject({ closedFirst: undefined, resetBy: 'us', timeWait: 'none', peer: 'none' })
    await closeServer(server)
  })

  test('tells of a FIN that was sent before the call', async () => {
    const { client, accepted, server } = await halfOpenPair()
    client.end()
    await once(client, 'finish')
    const report = closeAfterPeer(client)
    accepted.end()
    expect(await report).toMatchObject({ closedFirst: 'us', timeWait: 'held', peer: 'unknown' })
    await closeServer(server)
  })

  test('waits for the FIN of a TLS peer that has said goodbye', async () => {
    const { client, accepted, server } = await tlsPair(false)
    const report = closeAfterPeer(accepted, { timeout: 2000 })
    client.resume().end()
    expect(await report).toMatchObject({ timedOut: false, closedFirst: 'peer', peer: 'time-wait' })
    await closeServer(server)
  })

  test('of a Unix socket knows no TIME_WAIT', async () => {
    const server = net.createServer({ allowHalfOpen: true }).listen(`\0sockctl-close-${process.pid}`)
    await once(server, 'listening')
    const accepted = once(server, 'connection') as Promise<[net.Socket]>
    const client = net.connect(server.address() as string)
    const [[peer]] = await Promise.all([accepted, once(client, 'connect')])
    const report = closeAfterPeer(client)
    peer.resume().end()
    expect(await report).toMatchObject({ closedFirst: 'peer', state: undefined, timeWait: 'none', peer: 'none' })
    await closeServer(server)
  })

  test('lets go of the socket at its signal', async () => {
    const { client, accepted, server } = await halfOpenPair()
    const controller = new AbortController()
    const report = closeAfterPeer(client, { signal: controller.signal })
    client.end()
    controller.abort()
    expect(await rejectionOf(report)).toHaveProperty('code', 'ABORT_ERR')
    // The FIN that was held goes out now.
    await once(accepted.resume(), 'end')
    accepted.end()
    await closed(client)
    await closeServer(server)
    expect(await rejectionOf(closeAfterPeer(client))).toHaveProperty('code', 'ERR_SOCKET_CLOSED')
  })

  test('leaves no descriptor', async () => {
    const before = openDescriptors()
    const { client, accepted, server } = await halfOpenPair()
    const report = closeAfterPeer(client)
    accepted.resume().end()
    await report
    await closeServer(server)
    await expect.poll(openDescriptors).toBe(before)
  })

  test.each([
    ['ERR_INVALID_ARG_TYPE', 'no socket', {}, {}],
    ['ERR_INVALID_ARG_TYPE', 'an object with an fd', { fd: 0 }, {}],
    ['ERR_SOCKET_CLOSED', 'a closed socket', new net.Socket().destroy(), {}],
    ['ERR_INVALID_STATE', 'no connection', new net.Socket(), {}],
    ['ERR_OUT_OF_RANGE', 'a bad timeout', new net.Socket(), { timeout: -1 }],
    ['ERR_INVALID_ARG_VALUE', 'a bad onTimeout', new net.Socket(), { onTimeout: 'reset' }],
    ['ERR_INVALID_ARG_TYPE', 'no options', new net.Socket(), null],
  ])('refuses with %s: %s', async (code, _, socket, options) => {
    const refusal = rejectionOf(closeAfterPeer(socket as net.Socket, options as object))
    expect(await refusal).toHaveProperty('code', code)
  })
})
