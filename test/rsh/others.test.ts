import { describe, expect, test } from 'vitest'
import { sockets } from '../../lib/diag.js'
import { multiRsh } from '../../lib/rsh.js'
import { inProcess } from '../support.js'
import { hasNamespaces, ownNamespace } from './namespace.js'
import { rshServer } from './server.js'

const hostCount = 200
/** Where the servers, which are on this host too, connect back from. */
const serverPort = 999

/** How another program may bind: where, and with SO_REUSEADDR or without. */
const ways = {
  'wildcard, plain': ['0.0.0.0', false],
  'wildcard, reusing': ['0.0.0.0', true],
  'the same address, plain': ['127.0.0.1', false],
  'the same address, reusing': ['127.0.0.1', true],
  'another address, plain': ['127.0.0.77', false],
  'another address, reusing': ['127.0.0.77', true],
} as const
type Way = keyof typeof ways

/** The reserved ports that another process cannot bind, or listen on, in each way. */
function refusedPorts(): Promise<Record<Way, { bind: number[]; listen: number[] }>> {
  return inProcess(`
    const refused = (address, SO_REUSEADDR) => {
      const found = { bind: [], listen: [] }
      for (let port = 512; port < 1024; port++) {
        if (port === ${serverPort}) continue
        const socket = new sockctl.BareSocket('ipv4')
        try {
          sockctl.setOptions(socket, { SO_REUSEADDR })
          socket.bind({ address, port })
          try { socket.listen() } catch { found.listen.push(port) }
        } catch { found.bind.push(port) }
        socket.close()
      }
      return found
    }
    report(Object.fromEntries(Object.entries(${JSON.stringify(ways)}).map(([way, how]) => [way, refused(...how)])))`)
}

/** The reserved ports that are listened on, and those that are connected from. */
function usedPorts(): { listening: number[]; connecting: number[] } {
  const own = sockets({ protocol: 'tcp', localPort: { low: 512, high: 1023 } })
  const portsIn = (...states: string[]) => {
    const ports = own.filter(({ state }) => states.includes(state)).map(({ localPort }) => localPort as number)
    return [...new Set(ports)].sort((one, other) => one - other)
  }
  const listening = portsIn('LISTEN')
  const connecting = portsIn('ESTABLISHED').filter((port) => port !== serverPort && !listening.includes(port))
  return { listening, connecting }
}

function none(): object {
  return Object.fromEntries(Object.keys(ways).map((way) => [way, { bind: [], listen: [] }]))
}

describe.skipIf(!hasNamespaces)(`beside ${hostCount} commands (needs root, for a network namespace)`, () => {
  ownNamespace()

  test('other programs can bind all but a few ports, and all ports afterwards', async () => {
    expect(await refusedPorts()).toEqual(none())
    const held: (() => void)[] = []
    let full = () => {}
    const isFull = new Promise<void>((resolve) => {
      full = resolve
    })
    await using server = await rshServer(async ({ socket, back }) => {
      const errors = await back({ localPort: serverPort, reuseAddress: true })
      socket.resume().write('\0')
      held.push(() => {
        socket.end()
        errors.end()
      })
      if (held.length === hostCount) full()
    }, '0.0.0.0')
    const hosts = Array.from({ length: hostCount }, (_, index) => `127.2.${index >> 8}.${index & 255}`)
    const options = { localUser: 'me', command: 'hold', port: server.port, fanout: hostCount }
    const run = async () => {
      let count = 0
      for await (const { ok } of multiRsh(hosts, options)) if (ok) count++
      return count
    }
    const running = run()
    await isFull
    const { listening, connecting } = usedPorts()
    const during = await refusedPorts()
    for (const end of held) end()
    expect(await running).toBe(hostCount)
    expect([listening.length, connecting.length]).toEqual([expect.any(Number), 1])
    const both = [...listening, ...connecting].sort((one, other) => one - other)
    expect(during).toEqual({
      'wildcard, plain': { bind: both, listen: [] },
      'wildcard, reusing': { bind: listening, listen: [] },
      'the same address, plain': { bind: both, listen: [] },
      'the same address, reusing': { bind: listening, listen: [] },
      'another address, plain': { bind: listening, listen: [] },
      'another address, reusing': { bind: listening, listen: [] },
    })
    expect(await refusedPorts()).toEqual(none())
  })
})
