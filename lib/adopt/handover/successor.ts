import type net from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { listen } from '../listen.js'
import { leavePath } from '../path.js'
import type { Keeper } from './keeper.js'
import { expectStep, giveUp, hear, isGone, type Message, say } from './lines.js'
import type { Member } from './member.js'
import { authenticate, type HandoverPeer } from './peer.js'
import { ended } from './place.js'
import { receiveBatches } from './receive.js'
import { closeAll, type ReceivedSocket } from './received.js'
import type { Steps } from './steps.js'
import { ownName, type TakeoverRequest } from './takeover-request.js'

/** What became of the process that served before. */
export interface PredecessorReport {
  /** Who it was. */
  readonly peer: HandoverPeer
  /**
   * 'left' when its connections had ended; 'died' on the way, and what it was answering is lost, and nothing else;
   * 'unknown' where this process stopped listening to it.
   */
  readonly outcome: 'left' | 'died' | 'unknown'
  /** How many connections it had, as it said last; undefined where it died before it said so. */
  readonly connections: number | undefined
  /** How many connections it ended since they took too long; of one that died, undefined. */
  readonly cut: number | undefined
}

/** What a takeover from another process came to. */
export interface Succession {
  /** The servers whose sockets came from there; none where it died before it gave them. */
  readonly received: readonly string[]
  /** Sockets that this process has no server for, or whose server is to be at another address: they were closed. */
  readonly dropped: readonly string[]
  readonly peer: HandoverPeer
  readonly predecessor: Promise<PredecessorReport>
  /** Tells the other process that this one ends on purpose, and that it need not take up its servers again. */
  readonly bye: () => void
}

/** Waits for the other process's word; undefined where it is gone, and its word is not needed any more. */
async function confirmation(channel: net.Socket, request: TakeoverRequest): Promise<Message | undefined> {
  try {
    return await expectStep(channel, 'go', request)
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}

function countOf(message: Message | undefined): number | undefined {
  return typeof message?.connections === 'number' ? message.connections : undefined
}

/** Waits until the other process has left, and says how. */
async function farewell(
  channel: net.Socket,
  peer: HandoverPeer,
  known: number | undefined,
): Promise<PredecessorReport> {
  let connections = known
  try {
    for (;;) {
      const message = await hear(channel, { timeout: 0 })
      connections = countOf(message) ?? connections
      if (message.step === 'left') return { peer, outcome: 'left', connections, cut: Number(message.cut) }
      if (message.step === 'abort') return { peer, outcome: 'unknown', connections, cut: undefined }
    }
  } catch (error) {
    return { peer, outcome: isGone(error) ? 'died' : 'unknown', connections, cut: undefined }
  } finally {
    channel.destroy()
  }
}

/** Sorts the sockets that came into those that a server is for, and those that are closed. */
function match(sockets: ReadonlyMap<string, ReceivedSocket>, members: ReadonlyMap<string, Member>) {
  const received = new Map<string, ReceivedSocket>()
  const dropped: string[] = []
  for (const [name, socket] of sockets) {
    if (name === ownName) continue
    if (members.get(name)?.fits(socket)) received.set(name, socket)
    else dropped.push(name)
  }
  return { received, dropped }
}

/** Takes the servers over, on the sockets that came. */
async function start(
  channel: net.Socket,
  sockets: ReadonlyMap<string, ReceivedSocket>,
  keeper: Keeper,
  request: TakeoverRequest,
  steps: Steps,
): Promise<Pick<Succession, 'received' | 'dropped'> & { connections: number | undefined }> {
  const { members, prepare } = request
  const started: Member[] = []
  const begin = (name: string, member: Member) => {
    started.push(member)
    return member.start(received.get(name))
  }
  const { received, dropped } = match(sockets, members)
  try {
    await prepare?.(received)
    steps.take('prepared')
    const own = [...members].filter(([name]) => !received.has(name))
    for (const [name, member] of own) await begin(name, member)
    say(channel, { step: 'ready' })
    steps.take('ready')
    const word = await confirmation(channel, request)
    steps.take(word ? 'confirmed' : 'alone')
    // At once, and nothing is accepted before the next turn of the event loop: until then the old process can go on.
    const both = [...members].filter(([name]) => received.has(name)).map(([name, member]) => begin(name, member))
    const atPath = listen(keeper.control, { socket: sockets.get(ownName) as ReceivedSocket })
    await Promise.all([...both, atPath])
    steps.take('listening')
    say(channel, { step: 'serving' })
    steps.take('serving')
    await setImmediate()
    say(channel, { step: 'settled' })
    steps.take('settled')
    return { received: [...received.keys()], dropped, connections: countOf(word) }
  } catch (error) {
    // The file is the old process's, which goes on.
    leavePath(keeper.control)
    keeper.stop()
    for (const member of started) member.close()
    throw error
  }
}

/**
 * Takes over from the process at the other end.
 *
 * @returns undefined where it died before it gave its sockets, and is gone now
 */
export async function succeed(
  channel: net.Socket,
  keeper: Keeper,
  request: TakeoverRequest,
  steps: Steps,
): Promise<Succession | { peer: HandoverPeer; received?: undefined }> {
  let sockets: Map<string, ReceivedSocket> | undefined
  try {
    const peer = authenticate(channel, request.allow)
    steps.take('connected')
    sockets = await receiveBatches(channel, request, () => steps.take('asked')).catch((error) => {
      if (isGone(error)) return undefined
      throw error
    })
    if (!sockets?.has(ownName)) {
      await ended(peer.pid, request.timeout)
      channel.destroy()
      return { peer }
    }
    steps.take('received')
    const bye = () => say(channel, { step: 'bye' })
    keeper.onRelieved = bye
    const { received, dropped, connections } = await start(channel, sockets, keeper, request, steps)
    // A process that has closed its servers need not stay for the end of the other one.
    channel.unref()
    return {
      received,
      dropped,
      peer,
      predecessor: farewell(channel, peer, connections),
      bye,
    }
  } catch (error) {
    giveUp(channel, error)
    throw error
  } finally {
    // Those that a server has are given away by now.
    if (sockets) closeAll(sockets.values())
  }
}
