import type net from 'node:net'
import { errnoOf, type SystemError, systemError } from '../errors.js'
import { adoptSocket } from '../handle.js'
import type { BareSocket } from '../sockets/index.js'
import { ReservedPortWalk } from '../sockets/reserved.js'
import { withSocket } from './prepare.js'
import type { ConnectRequest } from './request.js'
import type { Target } from './resolve.js'

/** One attempt: where to, and when to give it up. */
export interface Attempt {
  /** The address to connect to. */
  readonly target: Target
  /** Ends the attempt with its reason. */
  readonly stop: AbortSignal
  /** How long this address may take, in ms. */
  readonly limit: number | undefined
}

function bindLocal(socket: BareSocket, request: ConnectRequest, walk: ReservedPortWalk | undefined): void {
  const { localAddress, localPort } = request
  if (walk) walk.bindNext(socket)
  else if (localAddress !== undefined || localPort !== 0) socket.bind({ address: localAddress, port: localPort })
}

/** What the `net.Socket` is to be like. */
function socketOptions({ given }: ConnectRequest): net.SocketConstructorOpts {
  const { allowHalfOpen, noDelay, keepAlive, keepAliveInitialDelay, onread } = given
  return { allowHalfOpen, noDelay, keepAlive, keepAliveInitialDelay, onread } as net.SocketConstructorOpts
}

/** Makes, prepares and binds a socket, and starts to connect it. */
function start(request: ConnectRequest, { target, stop }: Attempt, walk: ReservedPortWalk | undefined): net.Socket {
  const socket = withSocket(target.family, request.preparation, {}, (bare) => {
    // The control function may have fired the signal.
    stop.throwIfAborted()
    bindLocal(bare, request, walk)
    return adoptSocket(bare, socketOptions(request))
  })
  try {
    return socket.connect({ host: target.address, port: request.port })
  } catch (error) {
    socket.destroy()
    throw error
  }
}

/** Connects to a Unix socket, which takes no wait: a listener whose queue is full refuses with EAGAIN. */
export function dialPath(request: ConnectRequest, path: string, stop: AbortSignal): net.Socket {
  stop.throwIfAborted()
  return withSocket('unix', request.preparation, {}, (bare) => {
    stop.throwIfAborted()
    bare.connect({ path })
    return adoptSocket(bare, socketOptions(request))
  })
}

/** Waits for a socket to connect; destroys it when that fails, takes too long, or is not wanted any more. */
function connected(socket: net.Socket, { target, stop, limit }: Attempt, port: number): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      clearTimeout(timer)
      stop.removeEventListener('abort', onStop)
      socket.off('connect', onConnect).off('error', onError)
      finish()
    }
    const fail = (error: unknown) => {
      socket.on('error', () => {}).destroy()
      reject(error)
    }
    const onConnect = () => settle(() => resolve(socket))
    const onError = (error: Error) => settle(() => fail(error))
    const onStop = () => settle(() => fail(stop.reason))
    const onTime = () =>
      settle(() => fail(systemError(errnoOf('ETIMEDOUT'), 'connect', { address: target.address, port })))
    const timer = limit === undefined ? undefined : setTimeout(onTime, limit)
    stop.addEventListener('abort', onStop, { once: true })
    socket.on('connect', onConnect).on('error', onError)
  })
}

/** Whether a reserved port that was bound with SO_REUSEADDR turned out to have a connection to this very peer. */
function clashes(error: unknown, request: ConnectRequest): error is SystemError {
  const { code, syscall } = error as SystemError
  return request.preparation.reuseAddress && syscall === 'connect' && code === 'EADDRNOTAVAIL'
}

/**
 * Connects to one address. With a range of reserved ports it goes on to the next port where the one that it got turns
 * out at connect to be taken.
 */
export async function dial(request: ConnectRequest, attempt: Attempt): Promise<net.Socket> {
  const walk = request.reserved && new ReservedPortWalk(request.reserved)
  for (;;) {
    attempt.stop.throwIfAborted()
    const socket = start(request, attempt, walk)
    try {
      return await connected(socket, attempt, request.port)
    } catch (error) {
      if (!walk || !clashes(error, request)) throw error
      walk.refuse(error)
    }
  }
}
