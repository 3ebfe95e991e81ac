import { once } from 'node:events'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { errnoOf } from '../../../lib/errors.js'
import { receiveSockets, sendSockets } from '../../../lib/handover.js'
import { BareSocket } from '../../../lib/index.js'
import { native } from '../../../lib/native.js'
import { rejectionOf } from '../../support.js'
import { keepChannels } from './channels.js'

const channelPair = keepChannels()

afterEach(() => {
  vi.restoreAllMocks()
})

describe('sendSockets', () => {
  test('tells the other side when it may open no more files', async () => {
    using bare = new BareSocket('ipv4')
    bare.listen(1, { address: '127.0.0.1' })
    const [mine, theirs] = await channelPair()
    vi.spyOn(native, 'dup').mockReturnValue(errnoOf('EMFILE'))
    const told = once(theirs, 'data')
    expect(await rejectionOf(sendSockets(mine, { bare }))).toMatchObject({ code: 'EMFILE', syscall: 'dup' })
    expect(JSON.parse(String((await told)[0]))).toMatchObject({ step: 'abort', why: expect.stringContaining('EMFILE') })
  })
})

describe('a channel with an encoding', () => {
  test('is refused, at either side', async () => {
    const [mine] = await channelPair()
    mine.setEncoding('utf8')
    for (const call of [sendSockets(mine, {}), receiveSockets(mine)]) {
      expect((await rejectionOf(call)).code).toBe('ERR_INVALID_ARG_VALUE')
    }
    expect(mine.destroyed).toBe(false)
  })
})
