import { describe, expect, test, vi } from 'vitest'
import { tcpInfo } from '../../lib/diag.js'
import { BareSocket } from '../../lib/index.js'
import { connectedPair, thrownBy } from '../support.js'

describe('tcpInfo', () => {
  test('follows a connection from one state to the next', async () => {
    const { client, accepted, server } = await connectedPair({ allowHalfOpen: true })
    expect(tcpInfo(client).state).toBe('ESTABLISHED')
    expect(tcpInfo(server).state).toBe('LISTEN')
    client.end()
    await vi.waitFor(() => {
      expect(tcpInfo(client).state).toBe('FIN_WAIT_2')
      expect(tcpInfo(accepted).state).toBe('CLOSE_WAIT')
    }, 50_000)
    client.destroy()
    accepted.destroy()
    server.close()
  })

  test('counts the bytes of a connection', async () => {
    const { client, accepted, server } = await connectedPair()
    client.write(Buffer.alloc(1000))
    await new Promise((resolve) => accepted.once('data', resolve))
    expect(tcpInfo(accepted).bytesReceived).toBe(1000)
    client.destroy()
    accepted.destroy()
    server.close()
  })

  test('says CLOSE of a socket that is not connected', () => {
    const socket = new BareSocket('ipv4')
    expect(tcpInfo(socket).state).toBe('CLOSE')
    socket.close()
  })

  test('is not for sockets of another protocol', () => {
    const socket = new BareSocket('ipv4', 'datagram')
    expect(thrownBy(() => tcpInfo(socket)).code).toBe('ERR_SOCKCTL_UNSUPPORTED')
    socket.close()
  })
})
