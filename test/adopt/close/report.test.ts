import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, test } from 'vitest'
import { abort, closeAfterPeer, setOption } from '../../../lib/index.js'
import { tcpStates, useOwnNetwork } from '../../sockets/network.js'
import { closed } from '../../support.js'
import { closeServer, halfOpenPair } from '../pairs.js'

useOwnNetwork()

/** The two ends of a connection over a Unix socket. */
async function unixPair() {
  const server = net.createServer({ allowHalfOpen: true }).listen(`\0sockctl-report-${process.pid}`)
  const accepted = once(server, 'connection') as Promise<[net.Socket]>
  const client = net.connect({ path: server.address() as string, allowHalfOpen: true })
  const [[peer]] = await Promise.all([accepted, once(client, 'connect')])
  return { client, peer, server }
}

describe('the report of closeAfterPeer', () => {
  test('knows no reset of a connection that was over, SO_LINGER 0 or not', async () => {
    const { client, accepted, server } = await halfOpenPair()
    const port = client.localPort as number
    setOption(accepted, 'SO_LINGER', { on: true, seconds: 0 })
    const report = closeAfterPeer(accepted)
    client.resume().end()
    expect(await report).toMatchObject({ closedFirst: 'peer', resetBy: undefined, peer: 'time-wait' })
    expect(tcpStates(port)).toEqual(['TIME_WAIT'])
    await closeServer(server)
  })

  test('knows no reset of a connection that was over when it was aborted', async () => {
    const { client, accepted, server } = await halfOpenPair()
    const port = client.localPort as number
    const report = closeAfterPeer(accepted)
    accepted.once('finish', () => abort(accepted))
    client.resume().end()
    expect(await report).toMatchObject({ closedFirst: 'peer', resetBy: undefined })
    expect(tcpStates(port)).toEqual(['TIME_WAIT'])
    await closeServer(server)
  })

  test('tells that the close was a reset, with data that nobody had read', async () => {
    const { client, accepted, server } = await halfOpenPair()
    const port = client.localPort as number
    const report = closeAfterPeer(client, { timeout: 20, settle: 50 })
    // It goes on and on: some of it comes when Node reads no more.
    const chat = () => accepted.write('more', (error) => error || setImmediate(chat))
    const gone = closed(accepted)
    chat()
    expect(await report).toMatchObject({ closedFirst: 'us', resetBy: 'us', state: 'CLOSED', timeWait: 'none' })
    await gone
    expect(tcpStates(port)).toEqual([])
    await closeServer(server)
  })

  test('of a Unix socket tells who ended first', async () => {
    const { client, peer, server } = await unixPair()
    client.end()
    await once(client, 'finish')
    const report = closeAfterPeer(client)
    peer.resume().end()
    expect(await report).toMatchObject({ closedFirst: 'us', resetBy: undefined })
    await closeServer(server)
  })
})
