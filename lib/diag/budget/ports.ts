import type { PortRange } from '../../options/index.js'
import type { BudgetRequest } from './request.js'
import type { BudgetStep } from './types.js'

/** The local ports that a client can have, and how it comes to that. */
export interface Ports {
  /** Of each local address. */
  readonly usable: ReadonlySet<number>
  readonly addresses: number
  readonly steps: readonly BudgetStep[]
}

function* portsOf(ranges: readonly (number | PortRange)[]): Generator<number> {
  for (const range of ranges) {
    const { low, high } = typeof range === 'number' ? { low: range, high: range } : range
    for (let port = low; port <= high; port++) yield port
  }
}

/**
 * What IP_LOCAL_PORT_RANGE leaves of the system's range: an end of it counts where it lies within.
 *
 * @see net/ipv4/inet_connection_sock.c (inet_sk_get_local_port_range)
 */
function narrowed({ low, high }: PortRange, own: PortRange | undefined): PortRange {
  const isWithin = (port: number) => port >= low && port <= high
  return {
    low: own && isWithin(own.low) ? own.low : low,
    high: own && isWithin(own.high) ? own.high : high,
  }
}

function chosenPorts({ settings, localPortRange }: BudgetRequest): Omit<Ports, 'addresses'> {
  const system = settings.ip_local_port_range
  const range = narrowed(system, localPortRange)
  const size = range.high - range.low + 1
  const from = localPortRange
    ? `IP_LOCAL_PORT_RANGE ${localPortRange.low} to ${localPortRange.high} leaves ${range.low} to ${range.high} of`
    : `the kernel chooses from ${range.low} to ${range.high},`
  const steps: BudgetStep[] = [{ term: 'range', value: size, unit: 'ports', text: `${from} ip_local_port_range` }]
  const usable = new Set(portsOf([range]))
  for (const port of portsOf(settings.ip_local_reserved_ports)) usable.delete(port)
  if (usable.size < size) {
    const text = 'ip_local_reserved_ports are never chosen'
    steps.push({ term: 'reserved', value: size - usable.size, unit: 'ports', text })
  }
  return { usable, steps }
}

function sharingText({ choice, localAddresses }: BudgetRequest): string {
  if (choice === 'bind') return 'bind with port 0 wants a port that nobody has on that address, to whatever peer'
  if (choice === 'program') return 'the program binds to them itself, one after the other'
  const whose = localAddresses ? 'of each local address' : 'of the local address that the route gives'
  return `connect chooses among all ${whose}, even ones first or odd ones, and shares them with other destinations`
}

/** Finds out which ports a client can have. */
export function usablePorts(request: BudgetRequest): Ports {
  const { localPorts, localAddresses } = request
  const { usable, steps } = localPorts ? { usable: new Set(portsOf(localPorts)), steps: [] } : chosenPorts(request)
  const addresses = localAddresses?.length ?? 1
  const ports: BudgetStep = { term: 'ports', value: usable.size, unit: 'ports', text: sharingText(request) }
  const text = 'each local address has these ports'
  const more: BudgetStep[] = addresses > 1 ? [{ term: 'addresses', value: addresses, unit: 'addresses', text }] : []
  return { usable, addresses, steps: [...steps, ports, ...more] }
}
