import { describe, expect, test } from 'vitest'
import { Courier } from '../../../lib/adopt/handover/courier.js'
import { receiveSockets } from '../../../lib/handover.js'
import { native } from '../../../lib/native.js'
import { isRoot, rejectionOf } from '../../support.js'
import { keepChannels } from './channels.js'

const channelPair = keepChannels()

/** Makes something in a network namespace of its own. */
function elsewhere<Made>(make: () => Made): Made {
  const [home, away] = [native.networkNamespace(), native.createNetworkNamespace()]
  try {
    expect(native.setNetworkNamespace(away)).toBe(0)
    return make()
  } finally {
    native.setNetworkNamespace(home)
    native.close(home)
    native.close(away)
  }
}

describe(`a process in another network namespace${isRoot ? '' : ' (needs root)'}`, () => {
  test.skipIf(!isRoot)('is told from one that is gone', async () => {
    const [mine, theirs] = await channelPair()
    const receiving = receiveSockets(mine)
    using courier = elsewhere(() => new Courier())
    theirs.write(`${JSON.stringify({ step: 'offer', from: courier.name, network: courier.network })}\n`)
    const error = await rejectionOf(receiving)
    expect(error).toMatchObject({ code: 'ERR_SOCKCTL_HANDOVER', message: expect.stringContaining('network namespace') })
    expect(error).not.toHaveProperty('gone')
  })
})
