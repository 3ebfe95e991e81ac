import { describe, expect, test } from 'vitest'
import { type SocketFilter, sockets } from '../../lib/diag.js'
import { BareSocket } from '../../lib/index.js'
import { portOf } from '../sockets/network.js'
import { openDescriptors, thrownBy } from '../support.js'

describe('sockets', () => {
  test.each<[string, unknown, string]>([
    ['no object', 5, 'ERR_INVALID_ARG_TYPE'],
    ['null', null, 'ERR_INVALID_ARG_TYPE'],
    ['a list', [], 'ERR_INVALID_ARG_TYPE'],
    ['an unknown property', { port: 80 }, 'ERR_INVALID_ARG_VALUE'],
    ['an unknown protocol', { protocol: 'sctp' }, 'ERR_INVALID_ARG_VALUE'],
    ['an empty list', { protocol: [] }, 'ERR_INVALID_ARG_VALUE'],
    ['an unknown family', { family: 'IPv4' }, 'ERR_INVALID_ARG_VALUE'],
    ['an unknown state', { state: ['LISTEN', 'CLOSED'] }, 'ERR_INVALID_ARG_VALUE'],
    ['a port beyond the last', { localPort: 65536 }, 'ERR_SOCKET_BAD_PORT'],
    ['a port that is no integer', { remotePort: 1.5 }, 'ERR_SOCKET_BAD_PORT'],
    ['a port as a text', { localPort: '80' }, 'ERR_INVALID_ARG_TYPE'],
    ['a range without an end', { localPort: { low: 1 } }, 'ERR_INVALID_ARG_TYPE'],
    ['a range from high to low', { localPort: { low: 2, high: 1 } }, 'ERR_INVALID_ARG_VALUE'],
    ['a name for an address', { localAddress: 'localhost' }, 'ERR_INVALID_ARG_VALUE'],
    ['an address with a zone', { localAddress: 'fe80::1%lo' }, 'ERR_INVALID_ARG_VALUE'],
    ['a prefix without a length', { localAddress: '10.0.0.0/' }, 'ERR_INVALID_ARG_VALUE'],
    ['a prefix with two', { localAddress: '10.0.0.0/8/8' }, 'ERR_INVALID_ARG_VALUE'],
    ['a prefix too long for its family', { remoteAddress: '10.0.0.0/33' }, 'ERR_OUT_OF_RANGE'],
    ['a number for an interface', { interface: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ['an interface that does not exist', { interface: 'no-such-one' }, 'ENODEV'],
    ['a negative mark', { mark: -1 }, 'ERR_OUT_OF_RANGE'],
    ['a name for a user', { uid: 'root' }, 'ERR_INVALID_ARG_TYPE'],
    ['an inode that is no integer', { inode: 0.5 }, 'ERR_OUT_OF_RANGE'],
    ['a cookie that is not exact', { cookie: 2 ** 60 }, 'ERR_OUT_OF_RANGE'],
    ['a pid of 0', { pid: 0 }, 'ERR_OUT_OF_RANGE'],
    ['a pid that does not exist', { pid: 2 ** 31 - 1 }, 'ESRCH'],
    ['a number for a flag', { processes: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ['a flag that is no boolean', { tcpInfo: null }, 'ERR_INVALID_ARG_TYPE'],
    ['ports of Unix sockets', { protocol: 'unix', localPort: 1 }, 'ERR_INVALID_ARG_VALUE'],
    ['ports of raw sockets', { protocol: 'raw', remotePort: 1 }, 'ERR_INVALID_ARG_VALUE'],
    ['paths of TCP sockets', { protocol: 'tcp', path: '/' }, 'ERR_INVALID_ARG_VALUE'],
    ['both a port and a path', { localPort: 1, path: '/' }, 'ERR_INVALID_ARG_VALUE'],
    ['Unix sockets of TCP', { protocol: 'tcp', family: 'unix' }, 'ERR_INVALID_ARG_VALUE'],
    ['IPv4 sockets with a path', { family: 'ipv4', path: '/' }, 'ERR_INVALID_ARG_VALUE'],
  ])('refuses %s, and leaves no descriptor', (_what, filter, code) => {
    const before = openDescriptors()
    expect(thrownBy(() => sockets(filter as SocketFilter)).code).toBe(code)
    expect(openDescriptors()).toBe(before)
  })

  test('takes undefined for what does not matter', () => {
    const filter = { protocol: undefined, localPort: undefined, processes: undefined, inode: 1 }
    expect(sockets(filter)).toEqual(sockets({ inode: 1 }))
  })

  test('lists a socket once, however often its protocol or family is named', () => {
    using socket = new BareSocket('ipv4')
    socket.listen(1, { address: '127.0.0.1' })
    using other = new BareSocket('ipv6')
    other.listen(1, { address: '::1' })
    const localPort = [portOf(socket), portOf(other)]
    const found = (filter: SocketFilter) => sockets({ ...filter, localPort }).map(({ inode }) => inode)
    expect(found({ protocol: ['tcp', 'tcp'] })).toEqual(found({ protocol: 'tcp' }))
    expect(found({ family: ['ipv4', 'ipv4'] })).toEqual(found({ family: 'ipv4' }))
    expect(found({ family: 'ipv4' })).toHaveLength(1)
  })
})
