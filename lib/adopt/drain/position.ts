import type net from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { InternetEntry } from '../../diag/entry.js'
import { sameListener } from '../../handle/adopt.js'
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

/** Whether a probe is connected by now, or becomes so within a time in milliseconds. */
async function isAnswered(probe: BareSocket, limit: number): Promise<boolean> {
  const deadline = performance.now() + limit
  for (;;) {
    if (getOption(probe, 'TCP_INFO').state === 'ESTABLISHED') return true
    if (performance.now() >= deadline) return false
    await nextTurn()
  }
}

/** What is probed, and how. */
interface Probing {
  readonly server: net.Server
  readonly listener: InternetEntry
  readonly members: number
}

/** Whether a connection that is steered to a member is answered with the hop limit that only this listener has. */
async function answers({ server, listener }: Probing, index: number, limit: number): Promise<boolean> {
  const { least, header } = families[listener.family]
  const address = destinationOf(listener)
  using probe = new BareSocket(listener.family)
  setOption(probe, least, largestHops)
  probe.bind({ address })
  const { port } = probe.address() as { port: number }
  attachReuseportProgram(server, steerPort(port, index, header))
  native.connect(probe.fd, encodeAddress(listener.family, { address, port: listener.localPort }))
  try {
    return await isAnswered(probe, limit)
  } finally {
    probe.abort()
  }
}

async function indexWithin(probing: Probing, limit: number): Promise<number | undefined> {
  for (let index = 0; index < probing.members; index++) {
    if (await answers(probing, index, limit)) return index
  }
  return undefined
}

/** Lets a listener answer with the largest hop limit, and keep who does not say anything away from its queue. */
async function withMark<Result>(
  { server, listener }: Probing,
  use: () => Promise<Result | undefined>,
): Promise<Result | undefined> {
  const { hops } = families[listener.family]
  const isListening = sameListener(server)
  const before = { hops: getOption(server, hops), defer: getOption(server, 'TCP_DEFER_ACCEPT') }
  if (before.hops === largestHops) return undefined
  if (before.defer === 0) setOption(server, 'TCP_DEFER_ACCEPT', 1)
  try {
    setOption(server, hops, largestHops)
    return await use()
  } finally {
    if (isListening()) {
      setOption(server, hops, before.hops)
      if (before.defer === 0) setOption(server, 'TCP_DEFER_ACCEPT', 0)
    }
  }
}

/** Where a listener is in its group. */
export interface Position {
  readonly index: number
  readonly members: number
}

/**
 * How long to wait for an answer, in milliseconds. Over the loopback interface it is usually there when connect()
 * returns; where other work of the kernel goes first, it is not.
 */
const usualLimits: readonly number[] = [0, 20]

/**
 * Finds the index of a listener in its SO_REUSEPORT group. The kernel tells it to nobody, and it moves when a member
 * closes, so it is measured: connections of this process's own are steered to one index after the other, and each asks
 * for a hop limit (IP_MINTTL) with which this listener answers for the moment, and no other does. What reaches another
 * member stays half open and is gone within seconds, and no server sees it; nor does this one (TCP_DEFER_ACCEPT).
 *
 * The group has a program of ours afterwards.
 *
 * @returns undefined where it could not be found out
 * @see ip(7), tcp(7), net/core/sock_reuseport.c
 */
export async function findPosition(probing: Probing, limits = usualLimits): Promise<Position | undefined> {
  const index = await withMark(probing, async () => {
    for (const limit of limits) {
      const found = await indexWithin(probing, limit)
      if (found !== undefined) return found
    }
    return undefined
  })
  return index === undefined ? undefined : { index, members: probing.members }
}
