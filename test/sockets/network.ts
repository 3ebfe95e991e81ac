import { readFileSync } from 'node:fs'
import { afterAll, beforeAll } from 'vitest'
import { native } from '../../lib/native.js'
import { BareSocket } from '../../lib/sockets/index.js'
import { thrownBy } from '../support.js'

/**
 * Moves the tests of a file into a network namespace of their own, where every port is free and nobody else's. Without
 * root they stay where they are.
 */
export function useOwnNetwork(): void {
  let home = -1
  let own = -1
  beforeAll(() => {
    home = native.networkNamespace()
    own = native.createNetworkNamespace()
    if (own >= 0) native.setNetworkNamespace(own)
  })
  afterAll(() => {
    if (own >= 0) native.setNetworkNamespace(home)
    for (const fd of [home, own]) native.close(fd)
  })
}

const states: Readonly<Record<string, string>> = {
  '01': 'ESTABLISHED',
  '02': 'SYN_SENT',
  '04': 'FIN_WAIT_1',
  '05': 'FIN_WAIT_2',
  '06': 'TIME_WAIT',
  '08': 'CLOSE_WAIT',
  '09': 'LAST_ACK',
  '0A': 'LISTEN',
  '0B': 'CLOSING',
}

/** The states of the TCP sockets that have a local port, remnants included, in no order. */
export function tcpStates(port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/thread-self/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local]) => local?.endsWith(`:${hex}`))
      .map(([, , , state = '']) => states[state] ?? state),
  )
}

/** Binds to a port without SO_REUSEADDR, and gives the code of the refusal; undefined where there is none. */
export function refusalOf(port: number, address = '127.0.0.1'): string | undefined {
  using socket = new BareSocket(address.includes(':') ? 'ipv6' : 'ipv4')
  try {
    socket.bind({ address, port })
    return undefined
  } catch (error) {
    return (error as { code: string }).code
  }
}

/** A port of the kernel's choice that nothing uses. */
export function unusedPort(address = '127.0.0.1'): number {
  using socket = new BareSocket(address.includes(':') ? 'ipv6' : 'ipv4')
  socket.bind({ address })
  return portOf(socket)
}

/** The port that a socket is bound to. */
export function portOf(socket: BareSocket): number {
  const { port } = socket.address()
  if (port === undefined) throw new Error('a Unix socket has no port')
  return port
}

/** The code of the error that a function throws. */
export function codeOf(run: () => unknown): string {
  return thrownBy(run).code
}
