import type { SessionOptions } from 'node:http2'
import type { LookupFunction } from 'node:net'
import { abortError } from '../errors.js'
import { normalizeArguments } from '../handle/arguments.js'
import { validateObject, validateString } from '../validate.js'
import { Canceller } from './canceller.js'
import { type ConnectOptions, checkConnect } from './request.js'
import { Socket, type SocketConnectOptions } from './socket.js'

/** Where to connect, as agents, connectors and drivers say it: their other options are not looked at. */
export interface ConnectionTarget {
  /**
   * The name or address, an IPv6 address in brackets or without. `hostname` goes before it, as in a URL.
   *
   * @default 'localhost'
   */
  host?: string | null | undefined
  /** The name or address. */
  hostname?: string | null | undefined
  /** The port. @default 443 for `https:` and `wss:`, 80 for `http:` and `ws:` */
  port?: number | string | null | undefined
  /** The scheme of a URL, for its usual port. */
  protocol?: string | null | undefined
  /** The path of a Unix socket. */
  path?: string | null | undefined
  /** The path of a Unix socket. */
  socketPath?: string | null | undefined
  localAddress?: string | null | undefined
  family?: number | string | undefined
  lookup?: LookupFunction | undefined
  /** The idle time after which the socket emits 'timeout', in ms. */
  timeout?: number | undefined
  keepAlive?: boolean | undefined
  keepAliveInitialDelay?: number | undefined
  noDelay?: boolean | undefined
}

/**
 * Makes connections for whoever takes a function that does. It returns the socket at once, connecting, as
 * `net.createConnection` does, and calls back once it is connected or has failed.
 */
export interface ConnectionFactory {
  (target: ConnectionTarget, callback?: (error: Error | null, socket: Socket) => void): Socket
  (target: ConnectionTarget, callback: (...outcome: [null, Socket] | [Error, null]) => void): Socket
  /** As `http2.connect` calls it: with the URL, and options of its own. */
  (authority: ConnectionTarget, options: SessionOptions): Socket
  /** As `net.createConnection` is called: the listener hears of a connection, and of no failure. */
  (port: number, host?: string, connectionListener?: () => void): Socket
  (port: number, connectionListener?: () => void): Socket
  (path: string, connectionListener?: () => void): Socket
}

const usualPorts: Readonly<Record<string, number>> = { 'http:': 80, 'ws:': 80, 'https:': 443, 'wss:': 443 }

/** What a target may ask of the socket, in Node's words; what sockctl adds is for the factory's owner to say. */
const wishes = [
  'localAddress',
  'localPort',
  'family',
  'hints',
  'lookup',
  'autoSelectFamily',
  'autoSelectFamilyAttemptTimeout',
  'allowHalfOpen',
  'noDelay',
  'keepAlive',
  'keepAliveInitialDelay',
] as const

/** What is given, and neither null nor empty. */
function given(values: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value != null && value !== ''))
}

/** The host of a URL, where an IPv6 address is in brackets. */
function unbracketed(host: string | null | undefined): string | null | undefined {
  return host?.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
}

function placeOf({ path, socketPath, hostname, host, port, protocol }: ConnectionTarget): Record<string, unknown> {
  const unix = socketPath || path
  if (unix) return { path: unix, host: undefined, port: undefined }
  return given({ host: unbracketed(hostname || host), port: port || usualPorts[protocol ?? ''] })
}

function optionsFor(defaults: ConnectOptions, target: ConnectionTarget): ConnectOptions {
  const { timeout: _, signal: __, ...lasting } = defaults
  const wished = wishes.map((name) => [name, (target as Record<string, unknown>)[name]])
  return { ...lasting, ...given(Object.fromEntries(wished)), ...placeOf(target) }
}

/** Ends an attempt to connect at the signal or the time limit of the factory. */
function limit(socket: Socket, defaults: ConnectOptions): void {
  const canceller = new Canceller(defaults.signal, defaults.timeout)
  const { signal } = canceller
  if (!signal) return
  const stop = () => socket.destroy(signal.reason)
  const release = () => {
    signal.removeEventListener('abort', stop)
    canceller[Symbol.dispose]()
  }
  socket.once('connect', release).once('close', release)
  signal.addEventListener('abort', stop, { once: true })
}

type Callback = (error: Error | null, socket: Socket | null) => void

function callWhenSettled(socket: Socket, callback: Callback): void {
  const onConnect = () => {
    socket.off('error', onError)
    callback(null, socket)
  }
  const onError = (error: Error) => {
    socket.off('connect', onConnect)
    callback(error, null)
  }
  socket.once('connect', onConnect).once('error', onError)
}

/** Checks what Node would take for something else, or find out about later; the rest is for Node to check. */
function checkTarget(target: unknown): asserts target is ConnectionTarget {
  validateObject(target, 'target')
  for (const name of ['host', 'hostname', 'protocol', 'path', 'socketPath']) {
    if (target[name] != null) validateString(target[name], `target.${name}`)
  }
}

/** Checks what is given, where to connect may come with each call. */
function checkDefaults(defaults: ConnectOptions): void {
  validateObject(defaults as unknown, 'options')
  checkConnect(defaults.path === undefined ? { port: 0, ...defaults } : defaults)
}

/**
 * Makes a function that connects, for what wants one: `http.Agent` as its `createConnection`, undici as its connector,
 * `ws` and others; with each connection prepared as asked here. TLS goes on top with `tls.connect({ socket })`, or with the
 * agent's own `createConnection({ ...options, socket })`.
 *
 * A target's own words (host, port, local address, ...) go before the defaults; a `path` of the defaults stands for wherever
 * a target without one would go, which lets an HTTP agent reach a Unix socket. `timeout` and `signal` of the defaults end
 * the attempt to connect; the `timeout` of a target is Node's idle time.
 *
 * @param defaults what holds for every connection @default none
 * @returns the function; it throws a TypeError or RangeError for a bad target, and what the system refuses goes to the
 * callback and is emitted as 'error'
 */
export function connectionFactory(defaults: ConnectOptions = {}): ConnectionFactory {
  checkDefaults(defaults)
  const connectTo = (target: ConnectionTarget): Socket => {
    const options = optionsFor(defaults, target)
    const socket = new Socket(options)
    if (target.timeout) socket.setTimeout(target.timeout)
    if (defaults.signal?.aborted) return socket.destroy(abortError(defaults.signal))
    // A target without a port or path is for Node to refuse.
    socket.connect(options as SocketConnectOptions)
    limit(socket, defaults)
    return socket
  }
  return (target: ConnectionTarget | number | string, ...rest: readonly unknown[]): Socket => {
    if (typeof target === 'number' || typeof target === 'string') {
      const [place, listener] = normalizeArguments([target, ...rest])
      const socket = connectTo(place)
      return listener ? socket.once('connect', listener) : socket
    }
    checkTarget(target)
    const socket = connectTo(target)
    const [callback] = rest
    if (typeof callback === 'function') callWhenSettled(socket, callback as Callback)
    return socket
  }
}
