import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, test } from 'vitest'
import { inspectSocket } from '../../lib/diag/inspect.js'
import { errnoOf } from '../../lib/errors.js'
import { fdOf } from '../../lib/handle.js'
import { BareSocket, getOption } from '../../lib/index.js'
import { connection, startConnect } from '../options/connections.js'
import { isHere } from '../options/kinds.js'
import { openDescriptors } from '../support.js'

const lacking = isHere('SO_PEERPIDFD') ? '' : ' (this kernel lacks it)'

describe('inspectSocket', () => {
  test('leaves the SYN that was saved to the process', async () => {
    await using made = await connection({ options: { TCP_SAVE_SYN: 1 } })
    inspectSocket(process.pid, fdOf(made.accepted))
    expect(getOption(made.accepted, 'TCP_SAVED_SYN').length).toBeGreaterThan(0)
  })

  test('leaves the error that waits to the process', async () => {
    const server = net.createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as net.AddressInfo
    server.close()
    await once(server, 'close')
    using socket = new BareSocket('ipv4')
    startConnect(socket, '127.0.0.1', port)
    await expect.poll(() => getOption(socket, 'TCP_INFO').state).toBe('CLOSE')
    inspectSocket(process.pid, socket.fd)
    expect(getOption(socket, 'SO_ERROR')).toBe(-errnoOf('ECONNREFUSED'))
  })

  test.skipIf(lacking)(`opens no descriptor for the process of a peer${lacking}`, async () => {
    await using made = await connection({ path: `\0sockctl-inspect-${process.pid}` })
    const fd = fdOf(made.accepted)
    inspectSocket(process.pid, fd)
    const before = openDescriptors()
    inspectSocket(process.pid, fd)
    expect(openDescriptors()).toBe(before)
  })
})
