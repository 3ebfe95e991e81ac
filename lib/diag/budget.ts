import { budgetAdvice } from './budget/advice.js'
import { heldNow } from './budget/held.js'
import { usablePorts } from './budget/ports.js'
import { reckon } from './budget/rate.js'
import { holdingOf } from './budget/remnant.js'
import { requestOf } from './budget/request.js'
import type { BudgetOptions, ConnectionBudget } from './budget/types.js'

/**
 * Tells how many TCP connections a client on this host can open to one destination, at once and in a second, before
 * connect fails with EADDRNOTAVAIL: from the ports, the local addresses, who closes first, and the settings of this
 * network namespace, each of which can be given. With an address and a port it also tells what is held right now. What
 * else limits a client, the round trip or open files, is not reckoned with.
 *
 * @throws `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, `ERR_INVALID_IP_ADDRESS`, `ERR_OUT_OF_RANGE` or
 * `ERR_SOCKET_BAD_PORT`; `ERR_SOCKCTL_UNSUPPORTED` where there is no sock_diag and what is held is asked for
 * @see tcp(7), ip(7), net/ipv4/inet_hashtables.c (__inet_hash_connect)
 */
export function connectionBudget(options: BudgetOptions = {}): ConnectionBudget {
  const request = requestOf(options)
  const ports = usablePorts(request)
  const atOnce = ports.usable.size * ports.addresses
  const holding = holdingOf(request)
  const rate = reckon(atOnce, holding, request)
  // A remnant that is there was left by a close of ours, whatever this client does.
  const met = holdingOf({ ...request, close: 'we-first' })
  return {
    isLoopback: request.isLoopback,
    atOnce,
    burst: rate.burst,
    perSecond: rate.perSecond,
    perSecondLeast: rate.perSecondLeast,
    heldMs: holding.ms,
    limit: rate.limit,
    steps: [
      ...ports.steps,
      { term: 'at-once', value: atOnce, unit: 'connections', text: 'a port of a local address has one connection' },
      { term: 'held', value: holding.ms, unit: 'ms', text: holding.text },
      ...rate.steps,
    ],
    advice: budgetAdvice(request, rate.limit),
    held: heldNow(request, ports, met),
  }
}
