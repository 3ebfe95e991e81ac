import { expect, test } from 'vitest'
import { connect } from '../../lib/index.js'
import { openDescriptors, rejectionOf, stockServer } from '../support.js'

test('connect closes its descriptor once where the function for a buffer throws', async () => {
  const { server, port } = await stockServer((socket) => socket.on('error', () => {}).resume())
  const own = new Error('mine')
  const onread = {
    buffer: () => {
      throw own
    },
    callback: () => true,
  }
  const descriptors = openDescriptors()
  for (let round = 0; round < 3; round++) {
    const error = await rejectionOf(connect({ host: '127.0.0.1', port, onread }))
    expect(error).toBe(own)
  }
  await expect.poll(openDescriptors).toBe(descriptors)
  server.close()
})
