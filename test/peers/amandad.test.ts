import type net from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ConnectOptions, connect } from '../../lib/index.js'
import { hasAmandad, startAmandad } from './amandad.js'
import type { Superserver } from './superserver.js'

const packetTypes = ['request', 'reply', 'partial reply', 'acknowledgement', 'refusal']
const headLength = 8

/** A request as bsdtcp frames it: its length, a handle, a byte for the type, and text that ends with a zero. */
function requestOf(text: string): Buffer {
  const body = Buffer.from(`\0${text}\0`)
  const head = Buffer.alloc(headLength)
  head.writeUInt32BE(body.length, 0)
  head.writeUInt32BE(1, 4)
  return Buffer.concat([head, body])
}

/** Reads packets up to the reply or the refusal. */
async function answerOf(socket: net.Socket): Promise<{ type: string; text: string }> {
  let bytes = Buffer.alloc(0)
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    bytes = Buffer.concat([bytes, chunk])
    while (bytes.length >= headLength && bytes.length >= headLength + bytes.readUInt32BE(0)) {
      const end = headLength + bytes.readUInt32BE(0)
      const type = packetTypes[bytes[headLength] as number] ?? 'unknown'
      const text = bytes.toString('latin1', headLength + 1, end - 1).trim()
      if (type !== 'acknowledgement') return { type, text }
      bytes = bytes.subarray(end)
    }
  }
  throw new Error(`amandad ended the connection: ${bytes}`)
}

describe.skipIf(!hasAmandad)('amandad (needs root and amanda-client)', () => {
  let server: Superserver

  beforeAll(async () => {
    server = await startAmandad()
  })

  afterAll(() => server?.close())

  async function ask(localPort: ConnectOptions['localPort']) {
    const socket = await connect({ host: '127.0.0.1', port: server.port, localPort })
    socket.write(requestOf('SECURITY USER root\nSERVICE noop\nOPTIONS ;\n'))
    return { ...(await answerOf(socket)), sourcePort: server.sourcePorts.at(-1) as number }
  }

  test('answers a reserved source port with its features', async () => {
    const { type, text, sourcePort } = await ask('reserved')
    expect(type).toBe('reply')
    expect(text).toMatch(/^OPTIONS features=[0-9a-f]+;$/)
    expect(sourcePort).toBeLessThan(1024)
  })

  test('tells an unprivileged source port that it is not secure', async () => {
    const { type, text, sourcePort } = await ask(0)
    expect(type).toBe('refusal')
    expect(text).toBe(`ERROR host localhost: port ${sourcePort} not secure`)
    expect(sourcePort).toBeGreaterThanOrEqual(1024)
  })
})
