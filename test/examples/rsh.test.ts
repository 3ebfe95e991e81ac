import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasRshd, type Rshd, startRshd, user } from '../peers/rshd.js'
import { canRun } from '../peers/superserver.js'
import { closed, stockServer } from '../support.js'
import { exampleFile, run, runExample } from './run.js'

describe.skipIf(!hasRshd)('in.rshd (needs root and rsh-redone-server)', () => {
  let server: Rshd

  beforeAll(async () => {
    server = await startRshd()
  })

  afterAll(() => server?.close())

  test('serves examples/rsh.mjs', async () => {
    const to = ['--port', String(server.port), '--user', user, '127.0.0.1']
    const outcome = await runExample('rsh.mjs', ...to, 'echo "$HOME"; echo more >&2')
    expect(outcome).toEqual({ status: 0, stdout: `${server.home}\nmore\n`, stderr: '' })
    expect(server.sourcePorts.at(-1)).toBeLessThan(1024)
  })
})

describe('examples/rsh.mjs', () => {
  test('ends with 2 and its usage where an argument is missing or unknown', async () => {
    const wrong = [['localhost'], ['--port', 'shell', 'localhost', 'date'], ['--fast', 'localhost', 'date']]
    for (const args of wrong) {
      const { status, stdout, stderr } = await runExample('rsh.mjs', ...args)
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
      expect(stderr).toContain('usage:')
    }
  })

  const canDrop = canRun('setpriv --bounding-set -net_bind_service true')

  test.skipIf(!canDrop)('ends with 1 and says what to do without the privilege (needs root, to drop it)', async () => {
    // A new network namespace has the kernel's default of ip_unprivileged_port_start, whatever this machine has.
    const unprivileged = [
      '--net',
      'setpriv',
      '--bounding-set',
      '-net_bind_service',
      process.execPath,
      exampleFile('rsh.mjs'),
    ]
    const { status, stdout, stderr } = await run('unshare', [...unprivileged, '127.0.0.1', 'date'])
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toMatch(/EACCES.*setcap.*ip_unprivileged_port_start/s)
  })

  const canBind = canRun('true')

  test.skipIf(!canBind)('ends with 1 and the reason when it is refused (needs root)', async () => {
    for (const [answer, reason] of [
      ['\u0001Permission denied.\n', 'Permission denied.'],
      ['', 'closed the connection'],
    ] as const) {
      const { server, port } = await stockServer((socket) => socket.end(answer).resume())
      const { status, stdout, stderr } = await runExample('rsh.mjs', '--port', String(port), '127.0.0.1', 'date')
      server.close()
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
      expect(stderr).toContain(reason)
      await closed(server)
    }
  })
})
