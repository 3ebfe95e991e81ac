import type net from 'node:net'
import { errnoOf, type SystemError, systemError } from '../errors.js'
import { type AdoptedOptions, adoptSocket, adoptTcpSocket } from '../handle/adopt.js'
import { nameZone } from '../ipaddress.js'
import type { BareSocket } from '../sockets/index.js'
import { ReservedPortWalk } from '../sockets/reserved.js'
import { withSocket } from './prepare.js'
import type { ConnectRequest } from './request.js'
import type { Target } from './resolve.js'
import { addressForNode } from './zone.js'

/** One attempt: where to, and when to give it up. */
export interface Attempt {
  /** The address to connect to. */
  readonly target: Target
  /** Ends the attempt with its reason. */
  readonly stop: AbortSignal | undefined
  /** How long this address may take, in ms. */
  readonly limit: number | undefined
}

function bindLocal(socket: BareSocket, request: ConnectRequest, walk: ReservedPortWalk | undefined): void {
  const { localAddress, localPort } = request
  if (walk) walk.bindNext(socket)
  else if (localAddress !== undefined || localPort !== 0) socket.bind({ address: localAddress, port: localPort })
}

/** What the `net.Socket` is to be like. */
function socketOptions({ given }: ConnectRequest): AdoptedOptions {
  const { allowHalfOpen, noDelay, keepAlive, keepAliveInitialDelay, onread } = given
  return { allowHalfOpen, noDelay, keepAlive, keepAliveInitialDelay, onread }
}

/** Makes, prepares and binds a socket, and starts to connect it. */
function start(request: ConnectRequest, { target, stop }: Attempt, walk: ReservedPortWalk | undefined): net.Socket {
  const address = nameZone(target.address)
  const { socket, host } = withSocket(target.family, request.preparation, undefined, (bare) => {
    // The control function may have fired the signal.
    stop?.throwIfAborted()
    const host = addressForNode(bare, address, request.port)
    bindLocal(bare, request, walk)
    return { socket: adoptTcpSocket(bare, socketOptions(request)), host }
  })
  try {
    return socket.connect({ host, port: request.port })
  } catch (error) {
    socket.destroy()
    throw error
  }
}

/** Connects to a Unix socket, which takes no wait: a listener whose queue is full refuses with EAGAIN. */
export function dialPath(request: ConnectRequest, path: string, stop: AbortSignal | undefined): net.Socket {
  stop?.throwIfAborted()
  return withSocket('unix', request.preparation, undefined, (bare) => {
    stop?.throwIfAborted()
    bare.connect({ path })
    return adoptSocket(bare, socketOptions(request))
  })
}

/** Waits for a socket to connect; destroys it when that fails. */
function connected(socket: net.Socket): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const onConnect = () => {
      socket.off('error', onError)
      resolve(socket)
    }
    const onError = (error: Error) => {
      socket.off('connect', onConnect)
      socket.on('error', () => {}).destroy()
      reject(error)
    }
    socket.once('connect', onConnect).once('error', onError)
  })
}

/** Waits likewise, and no longer than it is wanted. */
async function connectedInTime(
  socket: net.Socket,
  { target, stop, limit }: Attempt,
  port: number,
): Promise<net.Socket> {
  const onStop = () => socket.destroy(stop?.reason)
  const onTime = () => socket.destroy(systemError(errnoOf('ETIMEDOUT'), 'connect', { address: target.address, port }))
  const timer = limit === undefined ? undefined : setTimeout(onTime, limit)
  stop?.addEventListener('abort', onStop, { once: true })
  try {
    return await connected(socket)
  } finally {
    clearTimeout(timer)
    stop?.removeEventListener('abort', onStop)
  }
}

/** Whether a reserved port that was bound with SO_REUSEADDR turned out to have a connection to this very peer. */
function clashes(error: unknown, request: ConnectRequest): error is SystemError {
  const { code, syscall } = error as SystemError
  return request.preparation.reuseAddress && syscall === 'connect' && code === 'EADDRNOTAVAIL'
}

function attemptOnce(
  request: ConnectRequest,
  attempt: Attempt,
  walk: ReservedPortWalk | undefined,
): Promise<net.Socket> {
  const { stop, limit } = attempt
  stop?.throwIfAborted()
  const socket = start(request, attempt, walk)
  return stop || limit !== undefined ? connectedInTime(socket, attempt, request.port) : connected(socket)
}

/** Goes on to the next reserved port where the one that it got turns out at connect to be taken. */
async function dialReserved(request: ConnectRequest, attempt: Attempt, walk: ReservedPortWalk): Promise<net.Socket> {
  for (;;) {
    try {
      return await attemptOnce(request, attempt, walk)
    } catch (error) {
      if (!clashes(error, request)) throw error
      walk.refuse(error)
    }
  }
}

/** Connects to one address, from the local port that is asked for, or from the first of a range that will do. */
export function dial(request: ConnectRequest, attempt: Attempt): Promise<net.Socket> {
  const { reserved } = request
  return reserved
    ? dialReserved(request, attempt, new ReservedPortWalk(reserved))
    : attemptOnce(request, attempt, undefined)
}
