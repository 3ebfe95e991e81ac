import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { Census } from '../../lib/diag/census.js'
import { tcpStates, useOwnNetwork } from '../sockets/network.js'
import { connected, hasOwnNetwork, remnant, served } from './situations.js'

useOwnNetwork()

describe('Census', () => {
  test.skipIf(!hasOwnNetwork)(
    'counts each remnant in its own state (needs a network namespace, which takes root)',
    async () => {
      await remnant('client')
      const { port } = await served({ port: 0, host: '127.0.0.1' }, { allowHalfOpen: true })
      const client = await connected({ port, host: '127.0.0.1' })
      const { localPort = 0 } = client
      await once(client.destroy(), 'close')
      await expect.poll(() => tcpStates(localPort)).toEqual(['FIN_WAIT_2'])
      expect(new Census().sample().counts).toMatchObject({ TIME_WAIT: 1, FIN_WAIT_2: 1, CLOSE_WAIT: 1 })
    },
  )
})
