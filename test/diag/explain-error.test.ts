import vm from 'node:vm'
import { describe, expect, test } from 'vitest'
import { explainAddressInUse } from '../../lib/diag.js'
import type { SystemError } from '../../lib/errors.js'
import { thrownBy } from '../support.js'
import { listenError, only, served } from './situations.js'

const host = '127.0.0.1'

describe('explainAddressInUse, of an error', () => {
  test('looks into an AggregateError, and into what caused an error', async () => {
    const { port } = await served({ port: 0, host })
    const error = await listenError({ port, host })
    const other = Object.assign(new Error('refused'), {
      code: 'ECONNREFUSED',
      syscall: 'connect',
      address: host,
      port: 1,
    })
    only('listener', new AggregateError([other, error]))
    only('listener', new Error('it failed', { cause: error }))
    expect(thrownBy(() => explainAddressInUse(other)).code).toBe('ERR_INVALID_ARG_VALUE')
  })

  test('takes errors of another realm, such as those of Node are for a test runner', async () => {
    const { port } = await served({ port: 0, host })
    const { code, syscall, address } = (await listenError({ port, host })) as SystemError
    const error = vm.runInNewContext('Object.assign(new Error(), told)', { told: { code, syscall, address, port } })
    only('listener', error)
    only('listener', new Error('it failed', { cause: error }))
  })

  test('looks once into errors that contain one another', async () => {
    const { port } = await served({ port: 0, host })
    const whole = new AggregateError([])
    whole.errors = Array(20).fill(whole)
    expect(thrownBy(() => explainAddressInUse(whole)).code).toBe('ERR_INVALID_ARG_VALUE')
    whole.errors.push(await listenError({ port, host }))
    only('listener', whole)
  })
})
