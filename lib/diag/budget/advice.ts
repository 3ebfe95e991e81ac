import type { BudgetRequest } from './request.js'
import type { BudgetAdvice, BudgetLimit } from './types.js'

const keep: BudgetAdvice = {
  kind: 'keep-connections',
  text: 'Keep connections and use them again, instead of making one for each request.',
}
const peerFirst: BudgetAdvice = {
  kind: 'peer-first',
  text: 'Let the peer close first, after a goodbye of the protocol: the remnant is then with the peer.',
}
const late: BudgetAdvice = {
  kind: 'late-port',
  text: 'Set IP_BIND_ADDRESS_NO_PORT: connect then chooses the port, which other destinations may share.',
}
const abort: BudgetAdvice = {
  kind: 'abort',
  text: 'End connections with abort(), once the peer has all that was sent: a reset leaves no remnant.',
}
const sources: BudgetAdvice = {
  kind: 'source-addresses',
  text: 'Connect from more local addresses, or to more addresses or ports of the peer: each pair has ports of its own.',
}
const range: BudgetAdvice = {
  kind: 'port-range',
  text: 'Widen net.ipv4.ip_local_port_range, which takes root: it is for every program of the network namespace.',
}
const reuse: BudgetAdvice = {
  kind: 'tw-reuse',
  text: 'Set net.ipv4.tcp_tw_reuse to 1, which takes root: connect then takes remnants over, if both ends use timestamps.',
}

/** What can be done for a larger budget, the cheapest first. Fewer tcp_max_tw_buckets are no advice: they cost safety. */
export function budgetAdvice(request: BudgetRequest, limit: BudgetLimit): BudgetAdvice[] {
  if (limit === 'none') return []
  const { choice, settings } = request
  const isKept = limit !== 'connections'
  const canReuse = limit === 'time-wait' && choice !== 'program' && settings.tcp_tw_reuse !== 1
  return [
    keep,
    ...(isKept ? [peerFirst] : []),
    ...(choice === 'bind' ? [late] : []),
    ...(isKept ? [abort] : []),
    sources,
    ...(choice === 'program' ? [] : [range]),
    ...(canReuse && settings.tcp_timestamps !== 0 ? [reuse] : []),
  ]
}
