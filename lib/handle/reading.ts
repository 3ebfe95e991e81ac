import type net from 'node:net'
import { Readable } from 'node:stream'

/** Whether a socket flows: null where nobody has said so yet, and the first who listens for data starts it. */
interface Flowing {
  readableFlowing: boolean | null
}

/**
 * Reads what comes to a socket for as long as nobody else does, a paused one included.
 *
 * @param read gets what comes
 * @returns what ends that, and leaves the socket as it was: paused, or waiting for whoever listens first
 */
export function readMeanwhile(socket: net.Socket, read: (chunk: string | Uint8Array) => void): () => void {
  const before = socket.readableFlowing
  socket.on('data', read)
  socket.resume()
  return () => {
    socket.off('data', read)
    if (before === true || socket.destroyed || socket.listenerCount('data') > 0) return
    // The stream alone: the socket goes on reading until its buffer is full, as it does from the start.
    Readable.prototype.pause.call(socket)
    const flowing: Flowing = socket
    flowing.readableFlowing = before
  }
}
