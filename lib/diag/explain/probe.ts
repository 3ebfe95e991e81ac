import type { SystemError } from '../../errors.js'
import { familyOf } from '../../ipaddress.js'
import { setOptions } from '../../options/index.js'
import { BareSocket } from '../../sockets/index.js'
import type { Cause } from './cause.js'
import { connectCauses } from './causes.js'
import type { Probe } from './explanation.js'
import type { Attempt } from './query.js'

function isRemnantCause({ kind }: Cause): boolean {
  return kind === 'time-wait' || kind === 'fin-wait-2'
}

/** Binds a socket for a moment. */
function bindOnce(attempt: Attempt, family: 'ipv4' | 'ipv6', reuse: Pick<Probe, 'reuseAddress' | 'reusePort'>): string {
  try {
    using socket = new BareSocket(family, attempt.protocol === 'udp' ? 'datagram' : 'stream')
    setOptions(socket, {
      SO_REUSEADDR: reuse.reuseAddress,
      SO_REUSEPORT: reuse.reusePort,
      IPV6_V6ONLY: family === 'ipv6' ? attempt.ipv6Only === true : undefined,
    })
    socket.bind({ address: attempt.address, port: attempt.port })
    return 'ok'
  } catch (error) {
    return (error as SystemError).code
  }
}

/** Binds as the attempt does, with the reuse options given; every address of both families where it names none. */
function probe(attempt: Attempt, reuseAddress: boolean): Probe {
  const { protocol, address, port } = attempt
  const reuse = { reuseAddress, reusePort: attempt.reusePort === true }
  const family = address === undefined ? 'ipv6' : (familyOf(address) ?? 'ipv4')
  const outcome = bindOnce(attempt, family, reuse)
  const isLacking = address === undefined && (outcome === 'EAFNOSUPPORT' || outcome === 'EADDRNOTAVAIL')
  return {
    protocol: protocol === 'udp' ? 'udp' : 'tcp',
    address: address ?? (isLacking ? '0.0.0.0' : '::'),
    port,
    ...reuse,
    outcome: isLacking ? bindOnce(attempt, 'ipv4', reuse) : outcome,
  }
}

function settleRemnants(causes: readonly Cause[], reuseAddress: boolean, blocks: boolean): Cause[] {
  return causes.map((one) => {
    if (!isRemnantCause(one)) return one
    const kind = !reuseAddress && one.kind === 'time-wait' ? 'time-wait-without-reuse' : one.kind
    const tail = reuseAddress ? ' Its socket had SO_REUSEADDR.' : ' Its socket had no SO_REUSEADDR.'
    return { ...one, kind, blocks, doubt: undefined, reuseAddress, text: one.text + tail }
  })
}

function settlePrivilege(one: Cause): Cause {
  return one.kind === 'privileged-port' ? { ...one, blocks: true, doubt: undefined } : one
}

/** What a probe found: the causes as they are now, and the binds that were made. */
export interface Probed {
  readonly causes: Cause[]
  readonly probes: Probe[]
}

/**
 * Finds out by binding what the kernel does not tell: whether anything is in the way of that very bind, and, where
 * nothing but remnants is, whether their sockets had SO_REUSEADDR. Of a connect it tells nothing beyond its bind.
 */
export function probeBind(attempt: Attempt, causes: readonly Cause[]): Probed {
  const first = probe(attempt, attempt.reuseAddress === true)
  if (first.outcome === 'ok') {
    return { causes: attempt.call === 'connect' ? connectCauses(attempt) : [], probes: [first] }
  }
  const remnantsOnly = causes.length > 0 && causes.every(isRemnantCause)
  if (first.outcome === 'EACCES') return { causes: causes.map(settlePrivilege), probes: [first] }
  if (first.outcome !== 'EADDRINUSE') return { causes: [...causes], probes: [first] }
  if (!remnantsOnly) return { causes: sure(causes), probes: [first] }
  const second = first.reuseAddress ? first : probe(attempt, true)
  const probes = second === first ? [first] : [first, second]
  return { causes: settleRemnants(causes, second.outcome === 'ok', true), probes }
}

/** The one thing that there is, is in the way of a bind that was refused. */
function sure(causes: readonly Cause[]): Cause[] {
  const [only] = causes
  return only && causes.length === 1 ? [{ ...only, blocks: true, doubt: undefined }] : [...causes]
}
