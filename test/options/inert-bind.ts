import { expect } from 'vitest'
import { BareSocket, getOption, type SocketKind, type SocketLike, setOption, setRawOption } from '../../lib/index.js'
import { levelNumber } from '../../lib/options/row.js'
import { unusedPort } from '../sockets/network.js'
import { thrownBy } from '../support.js'
import { inProgress, loopback, startConnect } from './connections.js'
import type { Experiment } from './inert.js'
import { entryOf, openSocket, type SettableOption } from './kinds.js'

/** Sets an option through the raw door, which knows no deadlines. */
export function setRaw(target: SocketLike, name: SettableOption, value: number | Uint8Array): void {
  const { level, number } = entryOf(name)
  setRawOption(target, levelNumber(level), number.linux as number, value)
}

/** Addresses for documentation, which no host has. */
const foreign = (kind: SocketKind) => (kind.endsWith('6') ? '2001:db8::9' : '203.0.113.9')

/** Connects a socket to a listener that is made for it, and gives its port from then on. */
function portOnceConnected(socket: BareSocket, kind: SocketKind): number {
  if (kind.startsWith('udp')) {
    socket.connect({ address: loopback(kind), port: 9 })
    return socket.address().port as number
  }
  using listener = openSocket(kind)
  listener.listen(1, { address: loopback(kind) })
  expect(startConnect(socket, loopback(kind), listener.address().port as number)).toBe(inProgress)
  return socket.address().port as number
}

function freebind(name: 'IP_FREEBIND' | 'IPV6_FREEBIND', kinds: readonly SocketKind[]): Experiment {
  return {
    kinds,
    early(kind) {
      using without = openSocket(kind)
      expect(thrownBy(() => without.bind({ address: foreign(kind) }))).toHaveProperty('code', 'EADDRNOTAVAIL')
      using socket = openSocket(kind)
      setOption(socket, name, true)
      socket.bind({ address: foreign(kind) })
      expect(socket.address()).toHaveProperty('address', foreign(kind))
    },
    late(kind) {
      using socket = openSocket(kind)
      socket.bind({ address: loopback(kind) })
      setRaw(socket, name, 1)
      expect(getOption(socket, name)).toBe(true)
      expect(thrownBy(() => socket.bind({ address: foreign(kind) }))).toHaveProperty('code', 'EINVAL')
      expect(socket.address()).toHaveProperty('address', loopback(kind))
    },
  }
}

/** A tenth of the ports that the kernel picks from, that a port is not in. */
function rangeWithout(port: number): { low: number; high: number } {
  return port < 45_000 ? { low: 50_000, high: 55_000 } : { low: 33_000, high: 38_000 }
}

const portRange: Experiment = {
  kinds: ['tcp', 'tcp6', 'udp', 'udp6'],
  early(kind) {
    for (const range of [rangeWithout(0), rangeWithout(65_535)]) {
      using socket = openSocket(kind)
      setOption(socket, 'IP_LOCAL_PORT_RANGE', range)
      socket.bind({ address: loopback(kind) })
      const { port } = socket.address()
      expect(port).toBeGreaterThanOrEqual(range.low)
      expect(port).toBeLessThanOrEqual(range.high)
    }
  },
  late(kind) {
    using socket = openSocket(kind)
    socket.bind({ address: loopback(kind) })
    const port = socket.address().port as number
    const { low, high } = rangeWithout(port)
    setRaw(socket, 'IP_LOCAL_PORT_RANGE', high * 65_536 + low)
    expect(getOption(socket, 'IP_LOCAL_PORT_RANGE')).toEqual({ low, high })
    expect(portOnceConnected(socket, kind)).toBe(port)
  },
}

const noPort: Experiment = {
  kinds: ['tcp', 'tcp6', 'udp', 'udp6'],
  early(kind) {
    using without = openSocket(kind)
    without.bind({ address: loopback(kind) })
    expect(without.address().port).not.toBe(0)
    using socket = openSocket(kind)
    setOption(socket, 'IP_BIND_ADDRESS_NO_PORT', true)
    socket.bind({ address: loopback(kind) })
    expect(socket.address().port).toBe(0)
    expect(portOnceConnected(socket, kind)).not.toBe(0)
  },
  late(kind) {
    using socket = openSocket(kind)
    socket.bind({ address: loopback(kind) })
    const { port } = socket.address()
    setRaw(socket, 'IP_BIND_ADDRESS_NO_PORT', 1)
    expect(getOption(socket, 'IP_BIND_ADDRESS_NO_PORT')).toBe(true)
    expect(socket.address().port).toBe(port)
    expect(portOnceConnected(socket, kind)).toBe(port)
  },
}

/** Whether an IPv4 socket can have the port of an IPv6 one that is bound to the wildcard address. */
function sharesPort(socket: BareSocket): boolean {
  using other = new BareSocket('ipv4', socket.type)
  try {
    other.bind({ address: '0.0.0.0', port: socket.address().port })
    return true
  } catch (error) {
    expect(error).toHaveProperty('code', 'EADDRINUSE')
    return false
  }
}

const only6: Experiment = {
  kinds: ['tcp6', 'udp6'],
  early(kind) {
    for (const value of [true, false]) {
      using socket = openSocket(kind)
      setOption(socket, 'IPV6_V6ONLY', value)
      socket.bind({ address: '::', port: unusedPort() })
      expect(sharesPort(socket)).toBe(value)
    }
  },
  late(kind) {
    for (const value of [true, false]) {
      using socket = openSocket(kind)
      setOption(socket, 'IPV6_V6ONLY', value)
      socket.bind({ address: '::', port: unusedPort() })
      expect(thrownBy(() => setRaw(socket, 'IPV6_V6ONLY', value ? 0 : 1))).toHaveProperty('code', 'EINVAL')
      expect(sharesPort(socket)).toBe(value)
    }
  },
}

/** The experiments with what has to be set before bind(2). */
export const bindExperiments = {
  IP_FREEBIND: freebind('IP_FREEBIND', ['tcp', 'tcp6', 'udp']),
  IPV6_FREEBIND: freebind('IPV6_FREEBIND', ['tcp6']),
  IP_BIND_ADDRESS_NO_PORT: noPort,
  IP_LOCAL_PORT_RANGE: portRange,
  IPV6_V6ONLY: only6,
} satisfies Record<string, Experiment>
