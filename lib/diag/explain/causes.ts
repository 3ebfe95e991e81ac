import { diagSupport } from '../support.js'
import { type Cause, cause } from './cause.js'
import { fourTupleCauses, sourceCauses } from './connect.js'
import type { Probe } from './explanation.js'
import { addressCauses, privilegeCauses } from './host.js'
import { pathCauses } from './path.js'
import { portCauses } from './port.js'
import type { Attempt } from './query.js'
import { ephemeralCauses } from './range.js'
import { reservedCauses } from './reserved.js'
import { attemptText } from './words.js'

/** What stands in the way of a bind to a port, or to one of the kernel's choice. */
function bindCauses(attempt: Attempt): Cause[] {
  return attempt.port === 0 ? ephemeralCauses(attempt) : portCauses(attempt)
}

/** What stands in the way of a connect once the socket is bound, or has no address yet. */
export function connectCauses(attempt: Attempt): Cause[] {
  const source = sourceCauses(attempt)
  if (source.length > 0) return source
  return attempt.port === 0 ? ephemeralCauses(attempt) : fourTupleCauses(attempt)
}

/** What there may be to an error, by its code; an address to try is asked about everything. */
function causesByCode(attempt: Attempt): Cause[] {
  const { code, call } = attempt
  if (code === 'ERR_SOCKCTL_NO_RESERVED_PORT') return reservedCauses(attempt)
  if (code === 'EADDRINUSE') return bindCauses(attempt)
  if (code === 'EACCES') return call === 'bind' ? privilegeCauses(attempt) : []
  if (code !== undefined) return call === 'bind' ? addressCauses(attempt) : connectCauses(attempt)
  const before = [...addressCauses(attempt), ...privilegeCauses(attempt)]
  if (call === 'bind') return [...before, ...bindCauses(attempt)]
  // A socket that is to have a port is bound first.
  const bound = attempt.port === 0 ? [] : bindCauses(attempt)
  return [...before, ...(bound.length > 0 ? bound : connectCauses(attempt))]
}

/** What stands in the way of an attempt. */
export function causesOf(attempt: Attempt): Cause[] {
  return attempt.protocol === 'unix' ? pathCauses(attempt) : causesByCode(attempt)
}

const hidden = 'this kernel does not show TCP sockets that are only bound: a probe would meet them'

function nothingCause([attempt]: readonly Attempt[]): Cause {
  const { protocol, code } = attempt as Attempt
  const isError = code !== undefined
  const text = `Nothing stands in the way of ${attemptText(attempt as Attempt)}${isError ? ' any more' : ''}.`
  const doubt = protocol === 'tcp' && !diagSupport().bound ? hidden : undefined
  return cause('nothing', text, { blocks: false, doubt })
}

/** What to say where nothing is to be seen: a probe, or the error, may tell that something is there all the same. */
export function unseenCause(attempts: readonly Attempt[], probes: readonly Probe[]): Cause {
  const attempt = attempts[0] as Attempt
  const refused = probes.find(({ outcome }) => outcome !== 'ok')
  if (refused?.outcome === 'EADDRINUSE') {
    const text = `A bind to ${attemptText(attempt)} is refused by something that this kernel does not show.`
    return cause('unseen', text)
  }
  const isDenied = attempt.code === 'EACCES' && probes.length === 0
  if (refused === undefined && !isDenied) return nothingCause(attempts)
  const code = refused?.outcome ?? attempt.code
  const text = `${attemptText(attempt)} is refused with ${code}, which no rule of ports or addresses explains.`
  const doubt = refused ? undefined : 'the rules may have been others then'
  return cause('policy', text, { blocks: refused ? true : 'unknown', doubt })
}
