import type net from 'node:net'
import type { SystemError } from '../errors.js'
import { adoptListener, type ListenerPath } from '../handle/adopt.js'
import { listenTurn } from '../handle/listening.js'
import { familyOf, validateAddress } from '../ipaddress.js'
import type { SocketOptions } from '../options/index.js'
import type { Family } from '../platform.js'
import type { AddressInput } from '../sockaddr.js'
import type { BareSocket } from '../sockets/index.js'
import { ReservedPortWalk } from '../sockets/reserved.js'
import { Canceller } from './canceller.js'
import { isReady, listenOn, readySocket } from './handover/adopt.js'
import { checkListen, type ListenOptions, type ListenRequest } from './listen-request.js'
import { refuseChanged, untilListening } from './listening.js'
import { removePath, tendPath } from './path.js'
import { isFromControl, withSocket } from './prepare.js'
import { listenAtPath } from './unix.js'

/** A place to try to listen at. */
interface Place {
  readonly family: Family
  readonly address: AddressInput
}

/** The first address of a name. */
async function firstAddress(host: string): Promise<string> {
  const { lookup } = await import('node:dns/promises')
  return (await lookup(host)).address
}

/** The places to try in turn: the second one only where the system has no IPv6. */
async function places({ path, host, port }: ListenRequest): Promise<Place[]> {
  if (path !== undefined) return [{ family: 'unix', address: { path } }]
  if (host === undefined || host === '') {
    return [
      { family: 'ipv6', address: { address: '::', port } },
      { family: 'ipv4', address: { address: '0.0.0.0', port } },
    ]
  }
  const address = familyOf(host) ? host : await firstAddress(host)
  return [{ family: validateAddress(address, 'options.host'), address: { address, port } }]
}

function ownOptions(request: ListenRequest, family: Family): SocketOptions {
  return {
    SO_REUSEPORT: request.reusePort || undefined,
    IPV6_V6ONLY: family === 'ipv6' ? (request.ipv6Only ?? false) : undefined,
  }
}

const noFamily: ReadonlySet<string | undefined> = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL'])

function listenTo(
  socket: BareSocket,
  { address }: Place,
  { path, backlog, reserved, staleSocket }: ListenRequest,
): void {
  if (path !== undefined) listenAtPath(socket, path, { backlog, staleSocket })
  else if (reserved) {
    new ReservedPortWalk(reserved).take((port) => socket.listen(backlog, { ...address, port }))
  } else socket.listen(backlog, address)
}

/** Listens at the first place whose family the system has. */
function listenAt<Result>(
  all: readonly Place[],
  request: ListenRequest,
  proceed: () => void,
  adopt: (socket: BareSocket) => Result,
): Result {
  const [place, ...rest] = all as [Place, ...Place[]]
  try {
    return withSocket(place.family, request.preparation, ownOptions(request, place.family), (socket) => {
      // The control function may have fired the signal, or closed the server.
      proceed()
      listenTo(socket, place, request)
      return adoptOrRemove(socket, request, adopt)
    })
  } catch (error) {
    if (rest.length > 0 && lacksFamily(error)) return listenAt(rest, request, proceed, adopt)
    throw error
  }
}

function tended(server: net.Server, request: ListenRequest): ListenerPath | undefined {
  const { path } = request
  return path === undefined ? undefined : { path, onClose: tendPath(server, path, request) }
}

function adoptOrRemove<Result>(
  socket: BareSocket,
  { path }: ListenRequest,
  adopt: (socket: BareSocket) => Result,
): Result {
  try {
    return adopt(socket)
  } catch (error) {
    if (path !== undefined) removePath(path)
    throw error
  }
}

/** Whether the system turned out to have no such family of addresses. */
function lacksFamily(error: unknown): boolean {
  const { code, syscall } = Object(error) as Partial<SystemError>
  return noFamily.has(code) && (syscall === 'socket' || syscall === 'bind') && !isFromControl(error)
}

/** Closes a server when a signal fires; gives what undoes that. */
function closeWith(server: net.Server, signal: AbortSignal | undefined): () => void {
  const close = () => server.close()
  const release = () => {
    signal?.removeEventListener('abort', close)
    server.off('close', release)
  }
  signal?.addEventListener('abort', close, { once: true })
  if (signal) server.once('close', release)
  return release
}

/**
 * Starts a server of Node's (`net`, `tls`, `http`, `https`, `http2`) on a socket that was made to order: options before
 * bind, SO_REUSEADDR as asked, and bind and listen in one native step, so that nobody can take the port in between.
 * The server owns the socket and is a stock server from then on, its events included.
 *
 * In a `cluster` worker the listener is the worker's own; with `reusePort` the workers share a port.
 *
 * @param server the server, not listening
 * @param options where and how to listen
 * @returns the server, listening
 * @throws (rejects) a system error with the true `syscall`: `bind` where Node says `listen`; `setsockopt`, `socket`,
 * `listen`; ENOTFOUND and the like for a name; `ERR_SERVER_ALREADY_LISTEN`; `ERR_SERVER_NOT_RUNNING` where it
 * is closed meanwhile, by the control function for instance; an AbortError. No 'error' is emitted, and no descriptor is
 * left.
 * @see bind(2), listen(2)
 */
export async function listen<Server extends net.Server>(server: Server, options: ListenOptions): Promise<Server> {
  const request = checkListen(server, options)
  const { signal } = request
  const canceller = new Canceller(signal, undefined)
  try {
    const turn = listenTurn(server)
    const proceed = () => {
      canceller.signal?.throwIfAborted()
      refuseChanged(server, turn)
    }
    const all = isReady(request) ? [] : await canceller.race(() => places(request))
    proceed()
    const listening = isReady(request)
      ? listenOn(server, readySocket(request, 'stream'), request, canceller.signal)
      : listenAt(all, request, proceed, (socket) => {
          adoptListener(server, socket, request.backlog, tended(server, request))
          return untilListening(server, canceller.signal)
        })
    const release = closeWith(server, signal)
    // A server that does not come to listen has nothing to do with the signal any more.
    await listening.catch((error) => {
      release()
      throw error
    })
    // A listener of 'listening' may have fired it, upon which the server is closed.
    canceller.signal?.throwIfAborted()
    return server
  } catch (error) {
    throw canceller.signal?.aborted ? canceller.signal.reason : error
  } finally {
    canceller[Symbol.dispose]()
  }
}
