import { describe, expect, test } from 'vitest'
import { destroysOrphans } from '../../lib/diag/destroy.js'
import { destroySocket, explainAddressInUse, sockets } from '../../lib/diag.js'
import { refusalOf, useOwnNetwork } from '../sockets/network.js'
import { orphan, orphanStates } from './orphans.js'
import { hasOwnNetwork, only } from './situations.js'

useOwnNetwork()

const need = 'needs root, to make a peer deaf'
const cases = ['127.0.0.1', '::1'].flatMap((host) => orphanStates.map((state) => [state, host] as const))

describe('a connection that was closed and is not delivered yet', () => {
  test.skipIf(!hasOwnNetwork).each(cases)(
    `is named, in %s of %s, and can be destroyed (${need})`,
    async (state, host) => {
      const { port } = await orphan(state, host)
      expect(refusalOf(port, host)).toBe('EADDRINUSE')
      const cause = only('orphan', { address: host, port })
      expect(cause).toMatchObject({ blocks: true, owners: [], untilMs: undefined, sockets: [{ state, inode: 0 }] })
      const advice = cause.explanation.advice.map(({ kind }) => kind)
      const last = destroysOrphans() ? ['destroy-orphan'] : []
      expect(advice).toEqual(['wait', 'reuse-address', 'other-port', ...last])
      if (!destroysOrphans()) return
      for (const entry of sockets({ localPort: port })) destroySocket(entry)
      expect(refusalOf(port, host)).toBeUndefined()
    },
  )

  test.skipIf(!hasOwnNetwork)(`is nobody's where a connect wants its four-tuple (${need})`, async () => {
    const { port } = await orphan('FIN_WAIT_1')
    const [entry] = sockets({ localPort: port })
    const { remoteAddress, remotePort } = entry ?? {}
    const text = `connect EADDRNOTAVAIL ${remoteAddress}:${remotePort} - Local (127.0.0.1:${port})`
    const error = Object.assign(new Error(text), {
      code: 'EADDRNOTAVAIL',
      syscall: 'connect',
      address: remoteAddress,
      port: remotePort,
    })
    const { causes } = explainAddressInUse(error)
    expect(causes).toMatchObject([{ kind: 'four-tuple', text: expect.stringContaining('the kernel still sends') }])
  })
})

describe('destroysOrphans', () => {
  test.each([
    ['5.4.0-216-generic', false],
    ['6.11.0', false],
    ['6.12.1-arch1', true],
    ['7.0.0-rc1', true],
  ])('tells of Linux %s: %s', (release, expected) => {
    expect(destroysOrphans(release)).toBe(expected)
  })
})
