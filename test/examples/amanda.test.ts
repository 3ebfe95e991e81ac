import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasAmandad, startAmandad } from '../peers/amandad.js'
import type { Superserver } from '../peers/superserver.js'
import { tcpStates } from '../sockets/network.js'
import { linesOf, runExample } from './run.js'

describe.skipIf(!hasAmandad)('amandad (needs root and amanda-client)', () => {
  let server: Superserver

  beforeAll(async () => {
    server = await startAmandad()
  })

  afterAll(() => server?.close())

  test('tells examples/amanda.mjs its features, and keeps no port in TIME_WAIT', async () => {
    const lines = await linesOf('amanda.mjs', '--port', String(server.port), '127.0.0.1')
    expect(lines).toEqual([expect.stringMatching(/^OPTIONS features=[0-9a-f]+;$/)])
    const sourcePort = server.sourcePorts.at(-1) as number
    expect(sourcePort).toBeLessThan(1024)
    expect(tcpStates(sourcePort)).toEqual([])
  })

  test('refuses it without a reserved port, and it says why', async () => {
    const outcome = await runExample('amanda.mjs', '--port', String(server.port), '--unprivileged', '127.0.0.1')
    const stderr = `amanda: amandad says: ERROR host localhost: port ${server.sourcePorts.at(-1)} not secure\n`
    expect(outcome).toEqual({ status: 1, stdout: '', stderr })
  })
})

describe('examples/amanda.mjs', () => {
  test('ends with 2 and its usage where an argument is missing or unknown', async () => {
    for (const args of [[], ['--port', 'amanda', 'localhost'], ['--fast', 'localhost']]) {
      const { status, stdout, stderr } = await runExample('amanda.mjs', ...args)
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
      expect(stderr).toContain('usage:')
    }
  })
})
