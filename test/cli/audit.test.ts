import dgram from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { AuditFinding } from '../../lib/diag.js'
import { isRoot } from '../support.js'
import { sockctl } from './command.js'
import { withNamespace } from './namespace.js'

/** A UDP socket that anybody can take the datagrams of, on a port of this machine's loopback. */
async function sharedSocket(): Promise<{ socket: dgram.Socket; port: number }> {
  const socket = dgram.createSocket({ type: 'udp4', reuseAddr: true }).bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { socket, port: (socket.address() as AddressInfo).port }
}

describe('sockctl audit', () => {
  test('exits 1 where traffic can be taken, and says whose and by whom', async () => {
    const { socket, port } = await sharedSocket()
    try {
      const { code, stdout } = await sockctl(['audit', '--json'])
      const finding = (JSON.parse(stdout) as AuditFinding[]).find((one) => one.socket.localPort === port)
      const isReadable = finding?.unread === undefined
      expect(finding?.takeovers[0]?.by).toBe(isReadable ? 'any user' : 'unknown')
      expect(code).toBe(isReadable ? 1 : expect.any(Number))
      const text = (await sockctl(['audit'])).stdout
      expect(text).toContain(`127.0.0.1:${port}`)
      if (isReadable) expect(text).toMatch(/Leave SO_REUSEADDR off over UDP/)
    } finally {
      socket.close()
    }
  })

  test.skipIf(!isRoot)('exits 0 where nothing can be taken (a network namespace needs root)', async () => {
    await withNamespace(async (run) => {
      const { code, stdout } = await run(() => sockctl(['audit']))
      expect(stdout).toMatch(/no socket listens/)
      expect(code).toBe(0)
    })
  })

  test('exits 2 for wrong use', async () => {
    expect((await sockctl(['audit', '--nonsense'])).code).toBe(2)
  })
})
