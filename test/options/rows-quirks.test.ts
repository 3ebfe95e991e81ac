import dgram from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { getOption, setOption } from '../../lib/index.js'
import { thrownBy } from '../support.js'
import { isHere, openSocket, sysctl, whyNoSocket } from './kinds.js'

/** The error of setting an option. */
function refusal(run: () => void) {
  const { code, syscall, option } = thrownBy(run)
  return { code, syscall, option }
}

describe('setOption', () => {
  test.each([
    ['IP_TOS', 255, 252],
    ['IP_TTL', -1, sysctl('net/ipv4/ip_default_ttl')],
    ['SO_RCVLOWAT', 0, 1],
    ['TCP_LINGER2', -1, -1],
    ['TCP_LINGER2', 0, sysctl('net/ipv4/tcp_fin_timeout')],
    ['TCP_DEFER_ACCEPT', 1, 1],
    ['TCP_DEFER_ACCEPT', 2, 3],
    ['TCP_DEFER_ACCEPT', 8, 15],
    ['TCP_MAXSEG', 0, 536],
    ['TCP_FASTOPEN', 2 ** 31 - 1, sysctl('net/core/somaxconn')],
    ['SO_TXREHASH', -1, sysctl('net/core/txrehash')],
    ['SO_PEEK_OFF', -1, -1],
    ['SO_MAX_PACING_RATE', 1000, 1000n],
    ['SO_MAX_PACING_RATE', 0, 0n],
    ['SO_RCVTIMEO', 0, 0],
  ] as const)('turns %s %s into %s', (name, value, expected) => {
    using socket = openSocket('tcp')
    setOption(socket, name, value)
    expect(getOption(socket, name)).toBe(expected)
  })

  test.skipIf(process.arch !== 'x64')('raises a buffer to the least of x64', () => {
    using socket = openSocket('udp')
    setOption(socket, 'SO_RCVBUF', 0)
    setOption(socket, 'SO_SNDBUF', 0)
    expect([getOption(socket, 'SO_RCVBUF'), getOption(socket, 'SO_SNDBUF')]).toEqual([2304, 4608])
  })

  test('cuts a buffer to twice what the system allows', () => {
    using socket = openSocket('udp')
    setOption(socket, 'SO_RCVBUF', 2 ** 31 - 1)
    setOption(socket, 'SO_SNDBUF', 2 ** 31 - 1)
    expect(getOption(socket, 'SO_RCVBUF')).toBe(2 * sysctl('net/core/rmem_max'))
    expect(getOption(socket, 'SO_SNDBUF')).toBe(2 * sysctl('net/core/wmem_max'))
  })

  test.each([0.001, 1, 1.5, 99.999, 12_345.678])('rounds a wait of %s ms up to a tick', (value) => {
    using socket = openSocket('udp')
    setOption(socket, 'SO_SNDTIMEO', value)
    const read = getOption(socket, 'SO_SNDTIMEO')
    expect(read).toBeGreaterThanOrEqual(value)
    expect(read).toBeLessThan(value + 11)
  })

  test.each([1, 44, 87])('refuses a TCP_MAXSEG of %s as the kernel does', (value) => {
    using socket = openSocket('tcp')
    const error = { code: 'EINVAL', syscall: 'setsockopt', option: 'TCP_MAXSEG' }
    expect(refusal(() => setOption(socket, 'TCP_MAXSEG', value))).toEqual(error)
    expect(getOption(socket, 'TCP_MAXSEG')).toBe(536)
  })

  test('refuses to take the limit of TCP_WINDOW_CLAMP from a listener, as the kernel does', () => {
    using socket = openSocket('tcp')
    setOption(socket, 'TCP_WINDOW_CLAMP', 0)
    socket.listen(1, { address: '127.0.0.1' })
    const error = { code: 'EINVAL', syscall: 'setsockopt', option: 'TCP_WINDOW_CLAMP' }
    expect(refusal(() => setOption(socket, 'TCP_WINDOW_CLAMP', 0))).toEqual(error)
  })

  test.each([
    ['IP_TTL', 0, 'EINVAL'],
    ['TCP_ULP', 'nonesuch', 'ENOENT'],
    ['TCP_CONGESTION', 'nonesuch', 'ENOENT'],
    ['TCP_CONGESTION', '', 'EINVAL'],
    ['SO_BINDTODEVICE', 'nonesuch', 'ENODEV'],
  ] as const)('says of %s %j what the kernel says: %s', (option, value, code) => {
    using socket = openSocket('tcp')
    expect(refusal(() => setOption(socket, option, value))).toEqual({ code, syscall: 'setsockopt', option })
  })

  test.each([
    ['IP_UNICAST_IF', 'EADDRNOTAVAIL'],
    ['IPV6_UNICAST_IF', 'EADDRNOTAVAIL'],
    ['IPV6_MULTICAST_IF', 'ENODEV'],
  ] as const)('says of %s for an interface that does not exist: %s', (option, code) => {
    using socket = openSocket('udp6')
    expect(refusal(() => setOption(socket, option, 2 ** 31 - 1))).toEqual({ code, syscall: 'setsockopt', option })
  })

  test('refuses a preference for a kind of source address and its opposite', () => {
    using socket = openSocket('tcp6')
    const option = 'IPV6_ADDR_PREFERENCES'
    expect(refusal(() => setOption(socket, option, 3))).toEqual({ code: 'EINVAL', syscall: 'setsockopt', option })
  })

  test('ties a socket to an interface by name and by index, which are one thing', () => {
    using socket = openSocket('udp')
    setOption(socket, 'SO_BINDTODEVICE', 'lo')
    expect(getOption(socket, 'SO_BINDTOIFINDEX')).toBeGreaterThan(0)
  })

  const naming = (['SO_PASSCRED', 'SO_PASSPIDFD'] as const).filter(isHere)

  test.each(naming)('gives a Unix socket with %s a name when it connects', (name) => {
    using listener = openSocket('unix')
    const path = `\0sockctl-quirks-${process.pid}-${name}`
    listener.listen(1, { path })
    using socket = openSocket('unix')
    setOption(socket, name, true)
    expect(socket.address().path).toBe('')
    socket.connect({ path })
    expect(socket.address().path).toMatch(/^\0/)
  })

  test('switches IP_FREEBIND and IPV6_FREEBIND together', () => {
    using socket = openSocket('tcp6')
    setOption(socket, 'IP_FREEBIND', true)
    expect(getOption(socket, 'IPV6_FREEBIND')).toBe(true)
  })

  test('ends SO_TIMESTAMPNS with SO_TIMESTAMP', () => {
    using socket = openSocket('udp')
    setOption(socket, 'SO_TIMESTAMPNS', true)
    setOption(socket, 'SO_TIMESTAMP', true)
    expect(getOption(socket, 'SO_TIMESTAMPNS')).toBe(false)
    setOption(socket, 'SO_TIMESTAMPNS', false)
    expect(getOption(socket, 'SO_TIMESTAMP')).toBe(false)
  })

  test('sets SO_PRIORITY anew with IP_TOS', () => {
    using socket = openSocket('udp')
    setOption(socket, 'SO_PRIORITY', 5)
    setOption(socket, 'IP_TOS', 0x10)
    expect(getOption(socket, 'SO_PRIORITY')).not.toBe(5)
  })

  test('keeps a datagram whole with IPV6_DONTFRAG, up to IPV6_MTU', async () => {
    const socket = dgram.createSocket('udp6')
    socket.bind(0, '::1')
    await once(socket, 'listening')
    const send = (bytes: number) =>
      new Promise((resolve) => {
        socket.send(Buffer.alloc(bytes), socket.address().port, '::1', (error) => resolve(error))
      })
    setOption(socket, 'IPV6_MTU', 1280)
    expect(await send(2000)).toBeNull()
    setOption(socket, 'IPV6_DONTFRAG', true)
    expect(await send(2000)).toHaveProperty('code', 'EMSGSIZE')
    expect(await send(1000)).toBeNull()
    socket.close()
  })

  test.each([1, 1279])('refuses an IPV6_MTU of %s', (value) => {
    using socket = openSocket('udp6')
    const error = { code: 'EINVAL', syscall: 'setsockopt', option: 'IPV6_MTU' }
    expect(refusal(() => setOption(socket, 'IPV6_MTU', value))).toEqual(error)
  })

  for (const kind of ['udp6', 'raw6'] as const) {
    const why = whyNoSocket(kind)
    test.skipIf(why)(`does not have IPV6_HOPLIMIT on ${kind}, to read or to set${why}`, () => {
      using socket = openSocket(kind)
      expect(thrownBy(() => setOption(socket, 'IPV6_HOPLIMIT', 5))).toHaveProperty('code', 'ERR_SOCKCTL_UNSUPPORTED')
      expect(thrownBy(() => getOption(socket, 'IPV6_HOPLIMIT'))).toHaveProperty('code', 'ERR_SOCKCTL_UNSUPPORTED')
    })
  }
})
