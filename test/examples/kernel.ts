import { readFileSync } from 'node:fs'

const ticksPerSecond = 100

/** What the kernel says of a connection's timer: which it is, and in how many seconds it runs out. */
export interface ConnectionTimer {
  readonly isKeepalive: boolean
  readonly seconds: number
}

function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0')
}

/** The timer of an IPv4 connection of this network namespace, as /proc/net/tcp has it. */
export function timerOf(localPort: number, remotePort: number): ConnectionTimer {
  const lines = readFileSync('/proc/thread-self/net/tcp', 'utf8').split('\n').slice(1)
  const fields = lines.map((line) => line.trim().split(/\s+/))
  const found = fields.find(([, local, remote]) => {
    return local?.endsWith(`:${hex(localPort)}`) && remote?.endsWith(`:${hex(remotePort)}`)
  })
  if (!found) throw new Error(`no connection from port ${localPort} to port ${remotePort}`)
  const [kind, ticks = '0'] = (found[5] as string).split(':')
  return { isKeepalive: kind === '02', seconds: Number.parseInt(ticks, 16) / ticksPerSecond }
}
