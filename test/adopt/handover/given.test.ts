import { getEventListeners } from 'node:events'
import net from 'node:net'
import { describe, expect, test } from 'vitest'
import type { ReceivedSocket } from '../../../lib/handover.js'
import { BareSocket, listen, setOption } from '../../../lib/index.js'
import { openDescriptors, rejectionOf } from '../../support.js'
import { keepServers } from '../servers.js'
import { keepPassing } from './channels.js'

const pass = keepPassing()
const keep = keepServers()
const host = '127.0.0.1'

/** A listening socket of another process's making. */
async function received(bare = new BareSocket('ipv4')): Promise<ReceivedSocket> {
  if (bare.address().port === 0) bare.listen(16, { address: host })
  const sockets = await pass({ web: bare })
  bare.close()
  return sockets.get('web') as ReceivedSocket
}

/** A socket that is bound to a port at which another one listens, and that one. */
async function late(): Promise<{ socket: ReceivedSocket; other: BareSocket }> {
  const [bound, other] = [new BareSocket('ipv4'), new BareSocket('ipv4')]
  for (const one of [bound, other]) setOption(one, 'SO_REUSEADDR', true)
  bound.bind({ address: host })
  other.listen(1, { address: host, port: bound.address().port })
  return { socket: await received(bound), other }
}

describe('listen on a socket that was received', () => {
  test('rejects, and closes it, when the signal fires before it listens', async () => {
    const controller = new AbortController()
    const socket = await received()
    const descriptors = openDescriptors()
    const server = keep(net.createServer())
    const listening = rejectionOf(listen(server, { socket, signal: controller.signal }))
    controller.abort()
    expect(await listening).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' })
    expect(server.listening).toBe(false)
    expect(openDescriptors()).toBe(descriptors - 1)
  })

  test('rejects when the server is closed before it listens', async () => {
    const server = keep(net.createServer())
    const listening = rejectionOf(listen(server, { socket: await received() }))
    // It has begun when listen() has.
    await Promise.resolve()
    server.close()
    expect(await listening).toHaveProperty('code', 'ERR_SERVER_NOT_RUNNING')
  })

  test('that cannot listen rejects, and the server has nothing to do with the signal any more', async () => {
    const { socket, other } = await late()
    const { signal } = new AbortController()
    const server = keep(net.createServer())
    expect(await rejectionOf(listen(server, { socket, signal }))).toMatchObject({
      code: 'EADDRINUSE',
      syscall: 'listen',
    })
    expect(getEventListeners(signal, 'abort')).toEqual([])
    other.close()
    await listen(server, { host })
    expect(server.listenerCount('close')).toBe(0)
  })
})
