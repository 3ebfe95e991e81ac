import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ConnectOptions, connect } from '../../lib/index.js'
import { canRun, privately, type Superserver, superserver } from './superserver.js'

// amandad finds its files by absolute paths, so where scripts/peers.sh has only unpacked it, it is laid over /usr.
const unpacked = '/opt/sockctl-peers/usr'
const overlay = existsSync(unpacked) ? `mount -t overlay overlay -o lowerdir=${unpacked}:/usr /usr; ` : ''

// It takes its permissions from the home of the user backup, and keeps journals in /var/log and /tmp.
const amandad = `${overlay}chown -R backup "$0"; mount --bind "$0" ~backup
  mount -t tmpfs tmpfs /tmp; mount -t tmpfs tmpfs /var/log; mkdir -m 777 /var/log/amanda
  exec setpriv --reuid backup --regid backup --init-groups /usr/lib/amanda/amandad -auth=bsdtcp noop`

/** Makes a home for the user backup that lets root of localhost use the service noop. */
function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'sockctl-amandad-'))
  writeFileSync(join(home, '.amandahosts'), 'localhost root noop\n', { mode: 0o600 })
  return home
}

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

describe.skipIf(!canRun(`${overlay}test -x /usr/lib/amanda/amandad`))('amandad (needs root and amanda-client)', () => {
  let home: string
  let server: Superserver

  beforeAll(async () => {
    home = makeHome()
    server = await superserver(privately(amandad, home))
  })

  afterAll(async () => {
    await server?.close()
    if (home) rmSync(home, { recursive: true })
  })

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
