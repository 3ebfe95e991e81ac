import type net from 'node:net'
import { native } from '../../native.js'
import { batchSize, Courier } from './courier.js'
import { expectStep, giveUp, handoverError, type Message, say } from './lines.js'
import { authenticate } from './peer.js'
import { closeAll, type ReceivedSocket, receive } from './received.js'
import {
  checkChannel,
  checkHandover,
  type HandoverRequest,
  isName,
  type ReceiveOptions,
  refuseAborted,
} from './request.js'

function checkCount(count: unknown, limit: number): number {
  if (typeof count === 'number' && Number.isInteger(count) && count >= 0 && count <= limit) return count
  throw handoverError(`The other side offers ${String(count).slice(0, 20)} sockets, where at most ${limit} are taken`)
}

/** Checks the names of a batch. */
function checkNames({ names, start }: Message, known: ReadonlyMap<string, unknown>, count: number): string[] {
  const expected = Math.min(count - known.size, batchSize)
  const isBatch = Array.isArray(names) && names.length === expected && start === known.size
  if (!isBatch || !names.every(isName)) throw handoverError('The other side announces no proper batch of sockets')
  if (new Set([...names, ...known.keys()]).size !== names.length + known.size) {
    throw handoverError('The other side has two sockets of one name')
  }
  return names
}

/** Makes sockets of the descriptors of a batch; closes those for which there is none. */
function adopt(names: readonly string[], fds: readonly number[], into: Map<string, ReceivedSocket>): void {
  let adopted = 0
  try {
    for (const [index, name] of names.entries()) {
      const refused = (reason: string) => handoverError(`What the other side calls '${name}' ${reason}`)
      into.set(name, receive(name, fds[index] as number, refused))
      adopted++
    }
  } finally {
    for (const fd of fds.slice(adopted)) native.close(fd)
  }
}

/**
 * Receives what the other side offers.
 *
 * @param onAsked runs when the sockets are asked for
 */
export async function receiveBatches(
  channel: net.Socket,
  request: HandoverRequest,
  onAsked: () => void = () => {},
): Promise<Map<string, ReceivedSocket>> {
  const { from, network } = await expectStep(channel, 'offer', request)
  const sockets = new Map<string, ReceivedSocket>()
  const courier = new Courier(String(from), network)
  try {
    say(channel, { step: 'ready-to-receive', to: courier.name })
    onAsked()
    let count: number
    do {
      const batch = await expectStep(channel, 'batch', request)
      count = checkCount(batch.count, request.limit)
      const names = checkNames(batch, sockets, count)
      adopt(names, courier.receive(sockets.size, names.length), sockets)
      say(channel, { step: 'received', count: sockets.size })
    } while (sockets.size < count)
    return sockets
  } catch (error) {
    closeAll(sockets.values())
    throw error
  } finally {
    courier[Symbol.dispose]()
  }
}

/**
 * Takes the sockets that another process passes with `sendSockets` at the other end of the channel. What each one is the
 * kernel tells, not the sender: what is no listening or bound TCP, UDP or Unix socket is refused, and all that came is
 * closed then.
 *
 * @param channel a connected Unix socket
 * @returns the sockets by name, which are the caller's to serve on or to close
 * @throws (rejects) a `PeerRefusedError`; `ERR_SOCKCTL_HANDOVER` where the other side does not play its part or is gone;
 * ETIMEDOUT; an AbortError; a system error of `recvmsg`: EMFILE where this process may not open as many
 * @see unix(7), SCM_RIGHTS
 */
export async function receiveSockets(
  channel: net.Socket,
  options: ReceiveOptions = {},
): Promise<Map<string, ReceivedSocket>> {
  checkChannel(channel)
  const request = checkHandover(options)
  try {
    refuseAborted(request)
    authenticate(channel, request.allow)
    return await receiveBatches(channel, request)
  } catch (error) {
    giveUp(channel, error)
    throw error
  }
}
