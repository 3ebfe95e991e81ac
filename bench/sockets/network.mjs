import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { native } from '../../dist/native.js'
import { remnantsProgram } from '../setup.mjs'

const settings = {
  tcp_max_tw_buckets: 200_000,
  ip_local_port_range: '1024 65000',
  // The port on which remnants.c listens: nobody else may get it by chance.
  ip_local_reserved_ports: 5000,
  tcp_tw_reuse: 0,
}

/** Moves this process into a network of its own, where nothing else comes and goes. It takes root. */
export function enterOwnNetwork() {
  const own = native.createNetworkNamespace()
  if (own < 0 || native.setNetworkNamespace(own) < 0)
    throw new Error('this benchmark needs root, for a network of its own')
  for (const [name, value] of Object.entries(settings)) writeFileSync(`/proc/sys/net/ipv4/${name}`, String(value))
}

/** Leaves sockets in TIME_WAIT, which last for a minute. */
export function makeRemnants(count) {
  execFileSync(remnantsProgram, [String(count)], { stdio: ['ignore', 'ignore', 'inherit'] })
}
