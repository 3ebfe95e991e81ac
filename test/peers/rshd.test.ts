import { once } from 'node:events'
import net from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BareSocket, bindReservedPort, type ConnectOptions, connect, reservedPorts } from '../../lib/index.js'
import { hasRshd, type Rshd, startRshd, user } from './rshd.js'
import { received } from './superserver.js'

describe.skipIf(!hasRshd)('in.rshd (needs root and rsh-redone-server)', () => {
  let server: Rshd

  beforeAll(async () => {
    server = await startRshd()
  })

  afterAll(() => server?.close())

  /** Asks for a command; gives the answer, and the source port that the server saw. */
  async function rsh(command: string, localPort: ConnectOptions['localPort'], stderrPort = 0) {
    const socket = await connect({ host: '127.0.0.1', port: server.port, localPort })
    socket.write(`${stderrPort}\0root\0${user}\0${command}\0`)
    return { answer: await received(socket), sourcePort: server.sourcePorts.at(-1) }
  }

  test('accepts a command from a reserved source port, and sends back its output', async () => {
    const { answer, sourcePort } = await rsh('echo "$HOME"', 'reserved')
    expect(answer).toBe(`\0${server.home}\n`)
    expect(sourcePort).toBeGreaterThanOrEqual(512)
    expect(sourcePort).toBeLessThan(1024)
  })

  test.each(Object.entries(reservedPorts))('accepts the tradition %s', async (_, ports) => {
    const { answer, sourcePort } = await rsh('echo yes', ports)
    expect(answer).toBe('\0yes\n')
    expect(sourcePort).toBeGreaterThanOrEqual(ports.low)
    expect(sourcePort).toBeLessThanOrEqual(ports.high)
  })

  test('refuses an unprivileged source port without a byte', async () => {
    const { answer, sourcePort } = await rsh('echo yes', 0)
    expect(answer).toBe('')
    expect(sourcePort).toBeGreaterThanOrEqual(1024)
  })

  test('refuses a reserved source port below 512 without a byte', async () => {
    const { answer, sourcePort } = await rsh('echo yes', { low: 300, high: 511 })
    expect(answer).toBe('')
    expect(sourcePort).toBeLessThan(512)
  })

  test('sends stderr over a second connection, from its reserved port to ours', async () => {
    const socket = new BareSocket('ipv4')
    const stderrPort = bindReservedPort(socket, { ...reservedPorts.rresvport, address: '127.0.0.1' })
    socket.listen(1)
    const listener = net.createServer().listen({ fd: socket.detach() })
    try {
      const back = once(listener, 'connection', { signal: AbortSignal.timeout(10_000) })
      const main = rsh('echo out; echo err >&2', 'reserved', stderrPort)
      const [channel] = (await back) as [net.Socket]
      expect(channel.localPort).toBe(stderrPort)
      expect(channel.remotePort).toBeGreaterThanOrEqual(512)
      expect(channel.remotePort).toBeLessThan(1024)
      expect(await Promise.all([received(channel), main.then(({ answer }) => answer)])).toEqual(['err\n', '\0out\n'])
    } finally {
      listener.close()
    }
  })
})
