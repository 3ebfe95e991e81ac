import { hostAddress } from './network.mjs'

const loopback = { host: '127.0.0.1' }
const host = { host: hostAddress }
const late = { IP_BIND_ADDRESS_NO_PORT: true }
const ownRange = { low: 50_010, high: 50_029 }

/** Clients that run into the limit, or not: what is set, how one connects, and the same in the words of the budget. */
export const cases = [
  { title: 'we close first', target: loopback },
  { title: 'we close first, IPv6', target: { host: '::1' } },
  { title: 'the peer closes first', target: loopback, close: 'peer-first' },
  { title: 'abort', target: loopback, close: 'abort' },
  { title: 'two local addresses, late port', target: loopback, from: ['127.0.0.2', '127.0.0.3'], options: late },
  { title: 'a local address, bind chooses', target: loopback, from: ['127.0.0.2'], settings: { tcp_tw_reuse: 1 } },
  { title: 'ten reserved ports', target: loopback, settings: { ip_local_reserved_ports: '50000-50009' } },
  { title: 'IP_LOCAL_PORT_RANGE of 20', target: loopback, options: { IP_LOCAL_PORT_RANGE: ownRange }, ownRange },
  { title: 'tcp_max_tw_buckets 30', target: loopback, settings: { tcp_max_tw_buckets: 30 } },
  { title: 'tcp_tw_reuse 1', target: host, settings: { tcp_tw_reuse: 1 } },
  { title: 'tcp_tw_reuse 1, no timestamps', target: host, settings: { tcp_tw_reuse: 1, tcp_timestamps: 0 } },
  { title: 'tcp_tw_reuse 2, loopback', target: loopback, settings: { tcp_tw_reuse: 2 } },
  { title: 'tcp_tw_reuse 2, elsewhere', target: host, settings: { tcp_tw_reuse: 2 } },
  { title: 'own port, SO_REUSEADDR off', target: loopback, localPort: 50_005 },
  { title: 'own port, SO_REUSEADDR on', target: loopback, localPort: 50_005, reuseAddress: true },
]

/** What a case says to `connectionBudget`. */
export function budgetOptions({ target, close, from, options, ownRange, localPort, reuseAddress }) {
  return {
    remoteAddress: target.host,
    remotePort: target.port,
    close,
    localAddress: from,
    latePort: options?.IP_BIND_ADDRESS_NO_PORT,
    localPortRange: ownRange,
    localPort,
    reuseAddress,
  }
}

/** What a case says to `connect`, once for each local address. */
export function targetsOf({ target, from = [undefined], options, localPort, reuseAddress }) {
  return from.map((localAddress) => ({ ...target, localAddress, options, localPort, reuseAddress }))
}
