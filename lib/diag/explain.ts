import { optional, validateBoolean, validateObject } from '../validate.js'
import { adviceFor } from './explain/advice.js'
import { attemptsOf } from './explain/attempt.js'
import type { Cause } from './explain/cause.js'
import { causesOf, unseenCause } from './explain/causes.js'
import type { Explanation, Probe } from './explain/explanation.js'
import { probeBind } from './explain/probe.js'
import type { AddressQuery, Attempt, ExplainOptions } from './explain/query.js'
import type { Known } from './rules.js'

/** A cause, and what it stands in the way of. */
interface Found {
  readonly cause: Cause
  readonly attempt: Attempt
}

/** Whether a bind can find out more: it answers an attempt to bind to a port that is named. */
function isProbed({ protocol, call, port, code }: Attempt): boolean {
  if (protocol === 'unix' || (call === 'connect' && code !== undefined)) return false
  return code !== 'ERR_SOCKCTL_NO_RESERVED_PORT' && (port !== 0 || code !== 'EACCES')
}

/** Leaves out what is said twice: rules are the same for both protocols, where an error does not tell which it was. */
function distinct(found: readonly Found[]): Found[] {
  const byText = new Map(found.map((one) => [one.cause.text, one]))
  return [...byText.values()]
}

/** Where an error does not tell the protocol, and both have sockets in the way, neither is certain. */
function settleProtocols(found: readonly Found[]): Found[] {
  const withSockets = found.filter(({ attempt, cause }) => attempt.code !== undefined && cause.sockets.length > 0)
  if (new Set(withSockets.map(({ attempt }) => attempt.protocol)).size < 2) return [...found]
  const doubt = 'the error does not tell whether it was TCP or UDP'
  return found.map(({ cause, attempt }) => ({ attempt, cause: { ...cause, blocks: 'unknown', doubt } }))
}

const certainty: Readonly<Record<string, number>> = { true: 0, unknown: 1, false: 2 }

function freeOf(causes: readonly Cause[]): Known {
  if (causes.some(({ blocks }) => blocks === true)) return false
  return causes.some(({ blocks }) => blocks === 'unknown') ? 'unknown' : true
}

function freeInMsOf(causes: readonly Cause[]): number | undefined {
  if (causes.some(({ kind, untilMs }) => kind !== 'nothing' && untilMs === undefined)) return undefined
  return causes.reduce((longest, { untilMs = 0 }) => Math.max(longest, untilMs), 0)
}

/** Finds what stands in the way of each attempt; a probe that succeeds shows that nothing does of a bind. */
function search(attempts: readonly Attempt[], mayProbe: boolean): { found: Found[]; probes: Probe[] } {
  const found: Found[] = []
  const probes: Probe[] = []
  for (const attempt of attempts) {
    let causes = causesOf(attempt)
    if (mayProbe && isProbed(attempt)) {
      const probed = probeBind(attempt, causes)
      probes.push(...probed.probes)
      causes = probed.causes
    }
    found.push(...causes.map((cause) => ({ cause, attempt })))
  }
  return { found, probes }
}

/**
 * Explains why an address is in use, or cannot be used: which socket or rule stands in the way, who owns it, until when,
 * and what to do, the most harmless first.
 *
 * It looks at what is there now, in the network namespace of this thread; what an error met may be gone since, and then
 * the cause is `nothing`. What the kernel does not tell is `unknown`, with the reason in `doubt`; `probe: true` finds it
 * out with a brief bind. Without a probe nothing is bound to the address and port in question: whether the host has an
 * address is asked with a datagram socket on a port of the kernel's choice, and the reuse options of live sockets are read
 * through a duplicate of their descriptor, where the system allows that.
 *
 * @param what an error of a bind, listen or connect of Node or sockctl (EADDRINUSE, EADDRNOTAVAIL, EACCES,
 * `ERR_SOCKCTL_NO_RESERVED_PORT`; also inside an AggregateError or as a `cause`), or an address to try
 * @param options whether to probe
 * @returns a plain object
 * @throws `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, `ERR_INVALID_IP_ADDRESS` or `ERR_SOCKET_BAD_PORT` for what is
 * neither; `ERR_SOCKCTL_UNSUPPORTED` where there is no sock_diag (any system but Linux)
 * @see bind(2), connect(2), ip(7), tcp(7), unix(7), sock_diag(7)
 */
export function explainAddressInUse(what: Error | AddressQuery, options: ExplainOptions = {}): Explanation {
  validateObject(options, 'options')
  optional(options.probe, 'options.probe', validateBoolean)
  const attempts = attemptsOf(what)
  const { found, probes } = search(attempts, options.probe === true)
  const settled = settleProtocols(distinct(found))
  const [attempt] = attempts
  if (settled.length === 0 && attempt) settled.push({ cause: unseenCause(attempts, probes), attempt })
  settled.sort((one, other) => (certainty[`${one.cause.blocks}`] ?? 0) - (certainty[`${other.cause.blocks}`] ?? 0))
  const causes = settled.map(({ cause }) => cause)
  const freeInMs = freeInMsOf(causes)
  return {
    free: freeOf(causes),
    summary: causes[0]?.text ?? '',
    attempts,
    causes,
    freeInMs,
    advice: adviceFor(settled, freeInMs),
    probes,
  }
}
