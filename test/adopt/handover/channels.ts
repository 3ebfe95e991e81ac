import { once } from 'node:events'
import net from 'node:net'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { type ReceivedSocket, receiveSockets, sendSockets } from '../../../lib/handover.js'
import type { SocketLike } from '../../../lib/index.js'
import { useFolder } from '../folder.js'

/** Gives a function that makes the two ends of a Unix connection within this process; all are ended after each test. */
export function keepChannels(): () => Promise<[net.Socket, net.Socket]> {
  let folder: string
  let count = 0
  const open: (net.Socket | net.Server)[] = []
  afterEach(() => {
    for (const one of open.splice(0)) one instanceof net.Server ? one.close() : one.destroy()
  })
  useFolder((made) => {
    folder = made
  })
  return async () => {
    const path = join(folder, `channel${count++}`)
    const server = net.createServer({ allowHalfOpen: true }).listen(path)
    await once(server, 'listening')
    const client = net.connect({ path, allowHalfOpen: true })
    const [[accepted]] = (await Promise.all([once(server, 'connection'), once(client, 'connect')])) as [
      [net.Socket],
      [],
    ]
    for (const socket of [client, accepted]) socket.on('error', () => {})
    open.push(client, accepted, server)
    return [client, accepted]
  }
}

/** Gives a function that passes sockets over such a connection. */
export function keepPassing(): (sockets: Record<string, SocketLike>) => Promise<Map<string, ReceivedSocket>> {
  const channelPair = keepChannels()
  return async (sockets) => {
    const [from, to] = await channelPair()
    const [received] = await Promise.all([receiveSockets(to), sendSockets(from, sockets)])
    return received
  }
}
