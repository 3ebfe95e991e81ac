import { describe, expect, test } from 'vitest'
import { auditListeners } from '../../lib/diag.js'
import { BareSocket, setOptions } from '../../lib/index.js'
import { useOwnNetwork } from '../sockets/network.js'
import { bound, later } from './situations.js'

useOwnNetwork()

/** Binds a socket to the IPv6 wildcard alone, with SO_REUSEPORT. */
function boundToIPv6(port: number): void {
  const socket = new BareSocket('ipv6')
  later(() => socket.close())
  setOptions(socket, { IPV6_V6ONLY: true, SO_REUSEPORT: true })
  socket.bind({ address: '::', port })
}

function takeoverOf(port: number, address: string) {
  const findings = auditListeners().filter(({ socket }) => socket.localPort === port)
  const finding = findings.find(({ socket }) => socket.localAddress === address)
  return finding?.takeovers.find(({ bind }) => bind === 'equal')
}

describe('auditListeners, of several sockets on a port', () => {
  test('does not let a mapped address keep anybody from an IPv6 wildcard', () => {
    const { port } = bound({ address: '::ffff:127.0.0.1' })
    boundToIPv6(port)
    expect(takeoverOf(port, '::')).toMatchObject({ by: 'same user', needs: ['SO_REUSEPORT'] })
    boundToIPv6(port)
  })

  test('knows that a second bind may set both options, to get past one holder by each', () => {
    const { port } = bound({ address: '0.0.0.0' }, { type: 'datagram', reuseAddress: true, reusePort: true })
    bound({ address: '127.0.0.1', port }, { type: 'datagram', reuseAddress: true })
    bound({ address: '127.0.0.2', port }, { type: 'datagram', reusePort: true })
    expect(takeoverOf(port, '0.0.0.0')).toMatchObject({ by: 'same user', needs: ['SO_REUSEADDR', 'SO_REUSEPORT'] })
    bound({ address: '0.0.0.0', port }, { type: 'datagram', reuseAddress: true, reusePort: true })
  })
})
