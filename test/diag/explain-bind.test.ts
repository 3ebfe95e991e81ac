import dgram from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { explainAddressInUse } from '../../lib/diag.js'
import { BareSocket, setOptions } from '../../lib/index.js'
import { refusalOf, tcpStates, useOwnNetwork } from '../sockets/network.js'
import { thrownBy } from '../support.js'
import { bound, connected, later, listenError, only, remnant, served } from './situations.js'

useOwnNetwork()

const host = '127.0.0.1'
const me = expect.objectContaining({ pid: process.pid, uid: process.geteuid?.(), apart: expect.any(Array) })

function binds(
  address: { address: string; port: number },
  reuse: { reuseAddress?: boolean; reusePort?: boolean },
): boolean {
  using socket = new BareSocket('ipv4')
  setOptions(socket, { SO_REUSEADDR: reuse.reuseAddress, SO_REUSEPORT: reuse.reusePort })
  try {
    socket.bind(address)
    return true
  } catch {
    return false
  }
}

describe('explainAddressInUse, of a bind', () => {
  test('names a listener, by the error of a server', async () => {
    const { port } = await served({ port: 0, host })
    const error = await listenError({ port, host })
    const cause = only('listener', error)
    expect(cause).toMatchObject({ blocks: true, reuseAddress: true, reusePort: false, untilMs: undefined })
    expect(cause.owners).toEqual([me])
    expect(cause.explanation).toMatchObject({ free: false, freeInMs: undefined })
    expect(cause.explanation.advice.map(({ kind }) => kind)).toEqual(['other-port', 'close'])
  })

  test('names a listener on the wildcard address that takes in a specific one', async () => {
    const { port } = await served({ port: 0, host: '0.0.0.0' })
    expect(only('wildcard', await listenError({ port, host }))).toMatchObject({ blocks: true })
    expect(only('wildcard', { address: host, port })).toMatchObject({ blocks: true })
  })

  test('names the twin of the other family', async () => {
    const { port } = await served({ port: 0, host })
    const error = await listenError({ port, host: '::' })
    const cause = only('dual-stack', error)
    expect(cause.blocks).toBe(true)
    expect(cause.explanation.advice.map(({ kind }) => kind)).toContain('ipv6-only')
    expect(only('nothing', { address: '::', port, ipv6Only: true })).toMatchObject({ blocks: false })
    expect(only('wildcard', { address: '::ffff:0.0.0.0', port }).blocks).toBe(true)
  })

  test('names a connection that has the port', async () => {
    const { port } = await served({ port: 0, host })
    const client = await connected({ port, host })
    const own = { address: host, port: client.localPort as number }
    const error = thrownBy(() => bound(own))
    expect(only('connection', error)).toMatchObject({ blocks: true, reuseAddress: false, owners: [me] })
    expect(only('connection', own).sockets[0]).toMatchObject({ state: 'ESTABLISHED', remotePort: port })
  })

  test('names a socket that is bound and neither listens nor connects', () => {
    const { port } = bound({ address: host })
    const error = thrownBy(() => bound({ address: host, port }))
    expect(only('bound', error)).toMatchObject({ blocks: true, reuseAddress: false, owners: [me] })
    const cause = only('bound', { address: host, port })
    expect(cause.sockets[0]).toMatchObject({ state: 'BOUND', localPort: port })
  })

  test('names a UDP socket, whose error does not tell the protocol', async () => {
    const first = dgram.createSocket('udp4').bind(0, host)
    later(() => void first.close())
    await once(first, 'listening')
    const { port } = first.address()
    const second = dgram.createSocket('udp4').bind(port, host)
    later(() => void second.close())
    const [error] = await once(second, 'error')
    expect(only('datagram', error)).toMatchObject({ blocks: true, owners: [me] })
    expect(only('nothing', { port, address: host })).toMatchObject({ blocks: false })
    await served({ port, host })
    const explanation = explainAddressInUse(error)
    expect(explanation.causes.map(({ kind, blocks }) => [kind, blocks]).sort()).toEqual([
      ['datagram', 'unknown'],
      ['listener', 'unknown'],
    ])
  })

  test('names a remnant in TIME_WAIT, and tells when it is gone', async () => {
    const port = await remnant('client')
    const cause = only('time-wait', { address: host, port })
    expect(cause).toMatchObject({ blocks: true, owners: [], reuseAddress: 'unknown' })
    expect(cause.untilMs).toBeGreaterThan(55_000)
    expect(cause.untilMs).toBeLessThanOrEqual(60_000)
    expect(cause.explanation.freeInMs).toBe(cause.untilMs)
    expect(cause.explanation.advice.map(({ kind }) => kind)).toEqual([
      'wait',
      'reuse-address',
      'other-port',
      'destroy-remnant',
    ])
  })

  test('finds by a probe that the socket of a remnant had no SO_REUSEADDR', async () => {
    const port = await remnant('client')
    const error = await listenError({ port, host })
    expect(only('time-wait', error)).toMatchObject({ blocks: 'unknown', doubt: expect.stringContaining('TIME_WAIT') })
    const cause = only('time-wait-without-reuse', error, { probe: true })
    expect(cause).toMatchObject({ blocks: true, reuseAddress: false })
    expect(cause.explanation.probes).toEqual([
      { protocol: 'tcp', address: host, port, reuseAddress: true, reusePort: false, outcome: 'EADDRINUSE' },
    ])
    expect(cause.explanation.advice.map(({ kind }) => kind)).not.toContain('reuse-address')
  })

  test('finds by a probe that it had it', async () => {
    const port = await remnant('server')
    const cause = only('time-wait', { address: host, port }, { probe: true })
    expect(cause).toMatchObject({ blocks: true, reuseAddress: true })
    expect(cause.explanation.probes.map(({ outcome }) => outcome)).toEqual(['EADDRINUSE', 'ok'])
    expect(only('time-wait', { address: host, port, reuseAddress: true }).blocks).toBe('unknown')
    only('nothing', { address: host, port, reuseAddress: true }, { probe: true })
    // A probe leaves nothing behind.
    expect(tcpStates(port)).toEqual(['TIME_WAIT'])
  })

  test('names a remnant in FIN_WAIT_2', async () => {
    const { port } = await served({ port: 0, host }, { allowHalfOpen: true })
    const client = await connected({ port, host, allowHalfOpen: true })
    const localPort = client.localPort as number
    client.destroy()
    await expect.poll(() => tcpStates(localPort)).toEqual(['FIN_WAIT_2'])
    expect(refusalOf(localPort)).toBe('EADDRINUSE')
    const cause = only('fin-wait-2', { address: host, port: localPort })
    expect(cause).toMatchObject({ blocks: true, owners: [], sockets: [{ state: 'FIN_WAIT_2' }] })
    expect(cause.untilMs).toBeGreaterThan(50_000)
    expect(cause.untilMs).toBeLessThanOrEqual(60_000)
  })

  test('names both the listener and what it left', async () => {
    const { port } = await served({ port: 0, host })
    const client = await connected({ port, host })
    const { causes } = explainAddressInUse({ address: host, port })
    expect(causes.map(({ kind }) => kind).sort()).toEqual(['connection', 'listener'])
    client.destroy()
    expect(only('listener', { address: '127.0.0.1', port, reuseAddress: true }).blocks).toBe(true)
  })

  test('names nothing once nothing is there', async () => {
    const { port, close } = await served({ port: 0, host })
    const error = await listenError({ port, host })
    await close()
    const cause = only('nothing', error)
    expect(cause.text).toMatch(/any more/)
    expect(cause.explanation).toMatchObject({ free: true, freeInMs: 0 })
    only('nothing', error, { probe: true })
    expect(refusalOf(port)).toBeUndefined()
  })

  test('agrees with the kernel on sockets that share', () => {
    for (const reuseAddress of [false, true]) {
      for (const reusePort of [false, true]) {
        const { port } = bound({ address: host }, { reuseAddress, reusePort })
        for (const mine of [{}, { reuseAddress: true }, { reusePort: true }, { reuseAddress: true, reusePort: true }]) {
          const { free } = explainAddressInUse({ address: host, port, ...mine })
          expect(free).toBe(binds({ address: host, port }, mine))
        }
      }
    }
  })
})
