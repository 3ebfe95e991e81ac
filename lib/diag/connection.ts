import { errnoOf, type SystemError } from '../errors.js'
import type { InternetEntry } from './entry.js'
import { Channel } from './netlink/channel.js'
import { inetReader } from './netlink/inet.js'
import { type ExactSocket, exactRequest, messages } from './netlink/request.js'

const gone = new Set(['ENOENT', 'ESTALE'].map(errnoOf))

/**
 * What the kernel has of one socket, or of the remnant that it left; undefined where there is neither. It takes one look
 * into a hash table, however many sockets there are.
 *
 * @throws as `sockets`
 */
export function findSocket(socket: ExactSocket): InternetEntry | undefined {
  const channel = new Channel()
  const reader = inetReader({ protocol: socket.protocol, interfaceName: () => undefined })
  try {
    return channel.find(messages.byFamily, exactRequest(socket), reader)
  } catch (error) {
    if (gone.has((error as SystemError).errno)) return undefined
    throw error
  } finally {
    channel.close()
  }
}
