import net from 'node:net'

/** What HTTP has of a connection: a request, a response, or an HTTP/2 session. */
export interface ConnectionHolder {
  readonly socket: net.Socket | null
  readonly destroyed?: boolean
  destroy(): unknown
}

/**
 * A socket of HTTP/1, which notes whose turn it is: a request of a client, or a response of a server; and what it has read
 * last, whose turn may come later.
 */
interface HttpSocket {
  readonly _httpMessage?: { readonly req?: object } | null
  readonly parser?: { readonly incoming?: object | null } | null
}

/** Whether an HTTP/1 request or response is over, so that its connection, kept alive, is another's or nobody's by now. */
export function isOver(holder: ConnectionHolder): boolean {
  if (!holder.destroyed || !holder.socket) return false
  const { _httpMessage: current, parser } = holder.socket as HttpSocket
  if (parser?.incoming === holder) return false
  // What a client has got knows its request, and the response of a server its own.
  const { req = holder } = holder as { req?: object }
  return current !== holder && current !== req && current?.req !== holder
}

/** An HTTP/2 session, by what tells it from a request. */
export interface SessionLike extends ConnectionHolder {
  goaway(): void
  close(): void
  once(event: 'close', listener: () => void): unknown
}

/** Whether a value is an HTTP/2 session. Its `socket` is a stand-in that refuses to be destroyed. */
export function isSession(value: object): value is SessionLike {
  return 'goaway' in value && 'socket' in value && typeof value.goaway === 'function'
}

/** The socket of an HTTP/2 session itself, in the place of the stand-in. */
export function socketOfSession(session: SessionLike): net.Socket | undefined {
  const key = Object.getOwnPropertySymbols(session).find(({ description }) => description === 'socket')
  const socket = key && (session as unknown as Record<symbol, unknown>)[key]
  return socket instanceof net.Socket ? socket : undefined
}
