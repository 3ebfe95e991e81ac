import { readFileSync } from 'node:fs'
import type { PortRange } from '../options/index.js'

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    // The kernel lacks it, or hides it here.
    return ''
  }
}

/** A number of /proc/sys/net/ipv4, as the network namespace of this thread has it. */
function ipv4Setting(name: string, otherwise: number): number {
  const text = read(`/proc/sys/net/ipv4/${name}`)
  return text === '' ? otherwise : Number(text)
}

/** The ports that the kernel chooses from. @see ip(7), ip_local_port_range */
export function ephemeralRange(): PortRange {
  const [low = 32768, high = 60999] = read('/proc/sys/net/ipv4/ip_local_port_range')
    .split(/\s+/)
    .filter(Boolean)
    .map(Number)
  return { low, high }
}

/** `ip_local_reserved_ports`, the ports that the kernel never chooses. */
function setAsideRanges(): PortRange[] {
  const parts = read('/proc/sys/net/ipv4/ip_local_reserved_ports').split(',').filter(Boolean)
  return parts.map((part) => {
    const [low = 0, high = low] = part.split('-').map(Number)
    return { low, high }
  })
}

/** The ports of `ip_local_reserved_ports`, which the kernel never chooses. */
export function setAsidePorts(): ReadonlySet<number> {
  const ports = new Set<number>()
  for (const { low, high } of setAsideRanges()) for (let port = low; port <= high; port++) ports.add(port)
  return ports
}

/** The settings that decide how many connections can be opened, by their names, as this network namespace has them. */
export function budgetSettings() {
  return {
    ip_local_port_range: ephemeralRange(),
    ip_local_reserved_ports: setAsideRanges(),
    tcp_tw_reuse: ipv4Setting('tcp_tw_reuse', 0),
    tcp_tw_reuse_delay: ipv4Setting('tcp_tw_reuse_delay', 1000),
    tcp_timestamps: ipv4Setting('tcp_timestamps', 1),
    tcp_max_tw_buckets: ipv4Setting('tcp_max_tw_buckets', 2 ** 31 - 1),
  }
}

/** The lowest port that needs no privilege. */
export function unprivilegedStart(): number {
  return ipv4Setting('ip_unprivileged_port_start', 1024)
}

/** Milliseconds that TCP waits for the peer's end of a connection that was closed here. @see tcp(7), tcp_fin_timeout */
export function finTimeout(): number {
  return ipv4Setting('tcp_fin_timeout', 60) * 1000
}

/** Whether TCP uses timestamps. */
export function usesTimestamps(): boolean {
  return ipv4Setting('tcp_timestamps', 1) !== 0
}

/** An IPv6 address of the host, and what may keep it from being used. */
export interface HostIPv6 {
  /** In hexadecimal, without colons. */
  readonly hex: string
  readonly isTentative: boolean
  readonly isDuplicate: boolean
  readonly interface: string
}

// IFA_F_TENTATIVE and IFA_F_DADFAILED, linux/if_addr.h.
const flags = { tentative: 0x40, duplicate: 0x08 }

/** The IPv6 addresses of the host, those included that are not usable yet. */
export function hostIPv6(): HostIPv6[] {
  return read('/proc/thread-self/net/if_inet6')
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [hex = '', , , , bits = '0', name = ''] = line.split(/\s+/)
      const value = Number.parseInt(bits, 16)
      const isDuplicate = (value & flags.duplicate) !== 0
      return { hex, isTentative: (value & flags.tentative) !== 0, isDuplicate, interface: name }
    })
}
