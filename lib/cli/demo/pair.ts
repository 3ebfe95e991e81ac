import { once } from 'node:events'
import net, { type AddressInfo, type Socket } from 'node:net'
import { type ConnectOptions, connect, listen } from '../../adopt/index.js'
import { host } from './step.js'

/** The two ends of a connection over loopback. */
export interface Pair {
  readonly client: Socket
  readonly accepted: Socket
  /** Closes what is still open of it. */
  end(): Promise<void>
}

/** What became of a socket: how it closed. */
export function endOf(socket: Socket): Promise<'FIN' | string> {
  return new Promise((resolve) => {
    let end = 'closed'
    socket.once('end', () => {
      end = 'FIN'
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      end = error.code ?? error.message
    })
    socket.once('close', () => resolve(end))
  })
}

/** Opens a connection over loopback. */
export async function openPair(options: Partial<ConnectOptions> = {}): Promise<Pair> {
  const server = await listen(net.createServer(), { host, port: 0 })
  const { port } = server.address() as AddressInfo
  try {
    const arrival = once(server, 'connection')
    const client = await connect({ localAddress: host, ...options, host, port })
    const [accepted] = (await arrival) as [Socket]
    const end = async () => {
      client.destroy()
      accepted.destroy()
      await closeServer(server)
    }
    return { client, accepted, end }
  } catch (error) {
    await closeServer(server)
    throw error
  }
}

/** Closes a server and waits until it is closed. */
export async function closeServer(server: net.Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  await closed
}
