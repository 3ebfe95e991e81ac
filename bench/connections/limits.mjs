import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const read = (path) => readFileSync(path, 'utf8').trim()
const sysctl = (name) => `/proc/sys/${name.replaceAll('.', '/')}`

/** The hard limit of open files, which Node.js takes as its own when it starts. */
export function mostFiles() {
  const [, hard] = read('/proc/self/limits').match(/Max open files\s+\S+\s+(\S+)/)
  return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard)
}

/** How many local ports the kernel chooses from, for one address and one peer. */
function portsPerAddress() {
  const [low, high] = read(sysctl('net.ipv4.ip_local_port_range')).split(/\s+/).map(Number)
  return high - low + 1
}

/** What this namespace allows. Queues are made as long as the backlog, where they are shorter. */
export function checkLimits(count, perAddress) {
  for (const name of ['net.core.somaxconn', 'net.ipv4.tcp_max_syn_backlog']) {
    if (Number(read(sysctl(name))) < 4096) writeFileSync(sysctl(name), '4096')
  }
  // Remnants of the first round would take the ports of the next.
  writeFileSync(sysctl('net.ipv4.tcp_max_tw_buckets'), '1024')
  const names = ['net.ipv4.ip_local_port_range', 'net.core.somaxconn', 'net.ipv4.tcp_max_syn_backlog', 'fs.file-max']
  const tracked = sysctl('net.netfilter.nf_conntrack_max')
  if (existsSync(tracked)) names.push('net.netfilter.nf_conntrack_max')
  const limits = Object.fromEntries(names.map((name) => [name, read(sysctl(name))]))
  if (perAddress > portsPerAddress()) throw new Error(`an address has ${portsPerAddress()} ports, not ${perAddress}`)
  if (Number(limits['net.netfilter.nf_conntrack_max'] ?? count) < count) throw new Error(`${tracked} is below ${count}`)
  return limits
}

/** How many TCP connections there are in this namespace: each has both its ends here. */
export function established() {
  const output = execFileSync('ss', ['-Htn', 'state', 'established'], { encoding: 'utf8', maxBuffer: 2 ** 28 })
  return Math.floor(output.split('\n').filter((line) => line !== '').length / 2)
}
