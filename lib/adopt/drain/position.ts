import type net from 'node:net'
import type { InternetEntry } from '../../diag/entry.js'
import { native } from '../../native.js'
import { getOption, type Instruction, setOption } from '../../options/index.js'
import { encodeAddress } from '../../sockaddr.js'
import { attachReuseportProgram, BareSocket } from '../../sockets/index.js'

// How a packet's network header is addressed (SKF_NET_OFF, linux/filter.h), and where the source port is behind it.
const networkHeader = 2 ** 32 - 0x100000
const loadHalf = 0x28
const equal = 0x15
const back = 0x06
const nobody = 0xffffffff

const largestHops = 255

/** What a probe needs to know of a family. */
const families = {
  ipv4: { hops: 'IP_TTL', least: 'IP_MINTTL', header: 20, loopback: '127.0.0.1' },
  ipv6: { hops: 'IPV6_UNICAST_HOPS', least: 'IPV6_MINHOPCOUNT', header: 40, loopback: '::1' },
} as const

/** Sends what comes from one port to one member, and leaves the rest spread as without a program. */
function steerPort(port: number, index: number, header: number): Instruction[] {
  return [
    { code: loadHalf, jt: 0, jf: 0, k: networkHeader + header },
    { code: equal, jt: 0, jf: 1, k: port },
    { code: back, jt: 0, jf: 0, k: index },
    { code: back, jt: 0, jf: 0, k: nobody },
  ]
}

function destinationOf({ family, localAddress }: InternetEntry): string {
  const isWildcard = localAddress === '::' || localAddress === '0.0.0.0'
  return isWildcard ? families[family].loopback : localAddress
}

/** Whether a connection that is steered to a member is answered with the hop limit that only this listener has. */
function answers(server: net.Server, listener: InternetEntry, index: number, ports: Set<number>): boolean {
  const { least, header } = families[listener.family]
  const address = destinationOf(listener)
  using probe = new BareSocket(listener.family)
  setOption(probe, least, largestHops)
  probe.bind({ address })
  const { port } = probe.address() as { port: number }
  ports.add(port)
  attachReuseportProgram(server, steerPort(port, index, header))
  native.connect(probe.fd, encodeAddress(listener.family, { address, port: listener.localPort }))
  const isAnswered = getOption(probe, 'TCP_INFO').state === 'ESTABLISHED'
  probe.abort()
  return isAnswered
}

/** Lets a listener answer with the largest hop limit, and keep who does not say anything away from its queue. */
function withMark<Result>(server: net.Server, { family }: InternetEntry, use: () => Result): Result | undefined {
  const { hops } = families[family]
  const before = { hops: getOption(server, hops), defer: getOption(server, 'TCP_DEFER_ACCEPT') }
  if (before.hops === largestHops) return undefined
  if (before.defer === 0) setOption(server, 'TCP_DEFER_ACCEPT', 1)
  try {
    setOption(server, hops, largestHops)
    return use()
  } finally {
    setOption(server, hops, before.hops)
    if (before.defer === 0) setOption(server, 'TCP_DEFER_ACCEPT', 0)
  }
}

/** Where a listener is in its group. */
export interface Position {
  readonly index: number
  readonly members: number
}

/**
 * Finds the index of a listener in its SO_REUSEPORT group. The kernel tells it to nobody, and it moves when a member
 * closes, so it is measured: connections of this process's own are steered to one index after the other, and each asks
 * for a hop limit (IP_MINTTL) with which this listener answers for the moment, and no other does. What reaches another
 * member stays half open and is gone within seconds, and no server sees it; nor does this one (TCP_DEFER_ACCEPT). It all
 * happens within one turn of the event loop, since over the loopback interface an answer is there when connect() returns.
 *
 * The group has a program of ours afterwards.
 *
 * @param ports gets the ports from which the listener was probed
 * @returns undefined where it could not be found out
 * @see ip(7), tcp(7), net/core/sock_reuseport.c
 */
export function findPosition(
  server: net.Server,
  listener: InternetEntry,
  members: number,
  ports: Set<number>,
): Position | undefined {
  const indexes = Array.from({ length: members }, (_, index) => index)
  const index = withMark(server, listener, () => indexes.find((one) => answers(server, listener, one, ports)))
  return index === undefined ? undefined : { index, members }
}
