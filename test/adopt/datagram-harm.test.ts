import dgram from 'node:dgram'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { bindDatagram } from '../../lib/index.js'
import { openDescriptors, rejectionOf } from '../support.js'

test.each([{ IP_RECVERR: true }, { SO_TIMESTAMPING: { flags: ['TX_SOFTWARE', 'SOFTWARE'] } } as const])(
  'bindDatagram refuses %j, with which a datagram socket can end the process',
  async (options) => {
    const socket = dgram.createSocket('udp4')
    const descriptors = openDescriptors()
    const error = await rejectionOf(bindDatagram(socket, { address: '127.0.0.1', options }))
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' })
    expect(openDescriptors()).toBeLessThanOrEqual(descriptors)
    await bindDatagram(socket, { address: '127.0.0.1' })
    socket.close()
  },
)

test('bindDatagram with a signal is quiet about a socket that is closed', async () => {
  const controller = new AbortController()
  const socket = dgram.createSocket('udp4')
  await bindDatagram(socket, { address: '127.0.0.1', signal: controller.signal })
  socket.close()
  controller.abort()
})

test('bindDatagram closes and rejects where a listener of listening fires the signal', async () => {
  const controller = new AbortController()
  const socket = dgram.createSocket('udp4')
  socket.once('listening', () => controller.abort())
  const closed = once(socket, 'close')
  const error = await rejectionOf(bindDatagram(socket, { address: '127.0.0.1', signal: controller.signal }))
  expect(error).toMatchObject({ code: 'ABORT_ERR' })
  await closed
})
