import type net from 'node:net'
import type { SystemError } from '../errors.js'
import { validateAddress } from '../ipaddress.js'
import { Canceller } from './canceller.js'
import { dial, dialPath } from './dial.js'
import { isFromControl } from './prepare.js'
import { type ConnectOptions, type ConnectRequest, checkConnect } from './request.js'
import { givenTargets, type NameQuery, resolveTargets, type Target } from './resolve.js'

/** What every address would fail with. */
const usedUp: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'])

/** Whether an error says something about one address, so that the next may do better. */
function concernsAddress(error: unknown): error is SystemError {
  if (!(error instanceof Error && 'syscall' in error) || isFromControl(error)) return false
  return !usedUp.has((error as SystemError).code)
}

function joined(errors: readonly SystemError[]): Error {
  const [first, ...others] = errors as [SystemError, ...SystemError[]]
  if (others.length === 0) return first
  const message = errors.map((error) => error.message).join('; ')
  const isOneCall = others.every((error) => error.syscall === first.syscall)
  const aggregate = Object.assign(new AggregateError(errors, message), { code: first.code })
  return isOneCall ? Object.assign(aggregate, { syscall: first.syscall }) : aggregate
}

/** Tries the addresses in turn; all but the last have a limited time. */
async function dialInTurn(
  request: ConnectRequest,
  targets: readonly Target[],
  stop: AbortSignal | undefined,
): Promise<net.Socket> {
  const errors: SystemError[] = []
  for (const [index, target] of targets.entries()) {
    const isLast = index === targets.length - 1
    try {
      return await dial(request, { target, stop, limit: isLast ? undefined : request.attemptTimeout })
    } catch (error) {
      if (stop?.aborted || !concernsAddress(error)) throw error
      errors.push(error)
    }
  }
  throw joined(errors)
}

function dialAny(
  request: ConnectRequest,
  targets: readonly Target[],
  stop: AbortSignal | undefined,
): Promise<net.Socket> {
  const [target] = targets
  if (target && targets.length === 1) return dial(request, { target, stop, limit: undefined })
  return dialInTurn(request, targets, stop)
}

function queryOf(request: ConnectRequest): NameQuery {
  const { host, localAddress, autoSelectFamily, given } = request
  const localFamily = localAddress === undefined ? undefined : validateAddress(localAddress, 'options.localAddress')
  const { family, hints, lookup } = given
  return { host, family, hints, lookup, autoSelectFamily, localFamily }
}

async function lookUpAndDial(
  request: ConnectRequest,
  query: NameQuery,
  canceller: Canceller | undefined,
): Promise<net.Socket> {
  const look = () => resolveTargets(query)
  const targets = await (canceller ? canceller.race(look) : look())
  return dialAny(request, targets, canceller?.signal)
}

function connectTo(request: ConnectRequest, canceller: Canceller | undefined): net.Socket | Promise<net.Socket> {
  const stop = canceller?.signal
  if (request.path !== undefined) return dialPath(request, request.path, stop)
  const query = queryOf(request)
  const given = givenTargets(query)
  return given ? dialAny(request, given, stop) : lookUpAndDial(request, query, canceller)
}

/**
 * Connects a socket that was made to order: options before connect, a local address and port of one's own, a reserved
 * port if asked for. The result is a stock, connected `net.Socket`.
 *
 * A name's addresses are tried in turn as Node tries them (`autoSelectFamily`). Unlike Node it leaves SO_REUSEADDR off
 * when a local port is given, so that a port which is still in TIME_WAIT is refused at bind and, with
 * `localPort: 'reserved'`, skipped. With `reuseAddress: true` one reserved port can serve many peers, and a clash with
 * an earlier connection to the same peer, which then shows at connect, moves on to the next port.
 *
 * @param options where to, from where, and how
 * @returns the connected socket
 * @throws (rejects) a system error of `socket`, `setsockopt`, `bind` or `connect`, an AggregateError of them where
 * several addresses were tried; `ERR_SOCKCTL_NO_RESERVED_PORT`; ENOTFOUND and the like for a name; an AbortError;
 * ETIMEDOUT. No descriptor is left.
 * @see connect(2), RFC 8305
 */
export async function connect(options: ConnectOptions): Promise<net.Socket> {
  const request = checkConnect(options)
  if (!options.signal && !options.timeout) return connectTo(request, undefined)
  const canceller = new Canceller(options.signal, options.timeout)
  try {
    return await connectTo(request, canceller)
  } finally {
    canceller[Symbol.dispose]()
  }
}
