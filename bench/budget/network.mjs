import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { native } from '../../dist/native.js'

/** An address of the host that is not on loopback, as `tcp_tw_reuse` sees it. */
export const hostAddress = '10.9.0.1'

/** The ports that the kernel chooses from: few, so that they are used up soon. */
export const range = { low: 50_000, high: 50_099 }

/** Moves this thread into a network namespace of its own, with settings of its own. It takes root. */
export function enterSmallNetwork(settings = {}) {
  const own = native.createNetworkNamespace()
  if (own < 0 || native.setNetworkNamespace(own) < 0) throw new Error('this takes root, for a network of its own')
  execFileSync('ip', ['address', 'add', `${hostAddress}/24`, 'dev', 'lo'])
  const all = { ip_local_port_range: `${range.low} ${range.high}`, tcp_tw_reuse: 0, ...settings }
  for (const [name, value] of Object.entries(all)) writeFileSync(`/proc/sys/net/ipv4/${name}`, String(value))
}
