import type net from 'node:net'

/** Node's handle of a TCP socket; that of a TLS socket has it as `_parent`. */
interface Handle {
  readonly _parent?: Handle
  setKeepAlive?: ((...args: unknown[]) => number) | undefined
}

const watched = Symbol('keep-alive')

interface Watched extends Handle {
  [watched]?: () => void
}

function innermost(handle: Handle): Handle {
  return handle._parent ? innermost(handle._parent) : handle
}

/**
 * Runs a function after each time that Node sets the keep-alive of a socket, which overwrites TCP_KEEPINTVL and
 * TCP_KEEPCNT. A second function takes the place of the first.
 */
export function afterKeepAlive(socket: net.Socket, run: () => void): void {
  const handle = (socket as unknown as { readonly _handle?: Handle | null })._handle
  if (!handle) return
  const tcp = innermost(handle) as Watched
  const first = tcp[watched] === undefined
  tcp[watched] = run
  if (!first) return
  const stock = tcp.setKeepAlive
  Object.defineProperty(tcp, 'setKeepAlive', {
    configurable: true,
    value(this: Watched, ...args: unknown[]) {
      const errno = stock?.apply(this, args) ?? 0
      const [enabled] = args
      if (enabled) this[watched]?.()
      return errno
    },
  })
}
