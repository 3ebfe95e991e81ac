import type net from 'node:net'
import type { TcpHandle } from './adopt.js'

/** The handle of a server that listens, as far as it tells of connections. */
interface ListeningHandle {
  onconnection: (status: number, client: TcpHandle | undefined) => void
}

/**
 * Takes the connections of a server that listens as handles, before Node makes sockets of them: a server has no `onread`
 * for its connections, which then read into a new buffer of 64 KiB each time.
 */
export function takeConnections(server: net.Server, take: (client: TcpHandle) => void): void {
  const { _handle: handle } = server as unknown as { _handle: ListeningHandle }
  handle.onconnection = (_, client) => {
    if (client) take(client)
  }
}
