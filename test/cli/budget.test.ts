import { describe, expect, test } from 'vitest'
import type { ConnectionBudget } from '../../lib/diag.js'
import { connected, hasOwnNetwork, later, served, setSetting } from '../diag/situations.js'
import { useOwnNetwork } from '../sockets/network.js'
import { sockctl } from './command.js'

useOwnNetwork()

const host = '127.0.0.1'

describe('sockctl why --budget', () => {
  test('shows the arithmetic, and exits 0 while there are ports', async () => {
    const { code, stdout } = await sockctl(['why', '--budget', '--close', 'abort', '127.0.0.1:9'])
    expect(stdout).toMatch(/^budget {2}\d+ connections at once, as many a second as the ends manage\nnow {2}\d+ ports/)
    expect(stdout).toMatch(/^TERM +VALUE +WHY\nrange /m)
    expect(code).toBe(0)
  })

  test.skipIf(!hasOwnNetwork)(
    'exits 1 where all ports are held (needs a network namespace, which takes root)',
    async () => {
      const { port } = await served({ port: 20_000, host })
      setSetting('ipv4/ip_local_port_range', '50000 50001')
      later(() => setSetting('ipv4/ip_local_port_range', '32768 60999'))
      for (let count = 0; count < 2; count++) await connected({ port, host })
      const { code, stdout } = await sockctl(['why', '--budget', '--json', `${host}:${port}`])
      const { atOnce, held } = JSON.parse(stdout) as ConnectionBudget
      expect([atOnce, held?.live, held?.free, code]).toEqual([2, 2, 0, 1])
    },
  )

  test.each([
    [['why']],
    [['why', '--close', 'abort', '80']],
    [['why', '--budget', '--probe', '127.0.0.1:80']],
    [['why', '--budget', '/tmp/path']],
    [['why', '--budget', '--duration', 'long']],
    [['why', '--budget', '--close', 'never']],
  ])('exits 2 for %j', async (args) => {
    expect((await sockctl(args)).code).toBe(2)
  })
})
