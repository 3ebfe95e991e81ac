import type net from 'node:net'
import { batchSize, Courier } from './courier.js'
import { expectStep, giveUp, type Patience, say } from './lines.js'
import { authenticate } from './peer.js'
import { closeAll, duplicateAll, type ReceivedSocket } from './received.js'
import {
  checkChannel,
  checkHandover,
  checkSockets,
  type HandoverOptions,
  type NamedSockets,
  refuseAborted,
} from './request.js'

/** What to do while sockets are sent. */
export interface Sending {
  /** Gives the sockets, once the other side is ready for them. */
  collect(): ReadonlyMap<string, ReceivedSocket>
  /** Runs when the first batch is on its way, in the same turn of the event loop. */
  onGiven?(): void
}

/**
 * Offers sockets and sends them once the other side is ready for them, a batch at a time. What is on its way arrives, even
 * if this process dies.
 */
export async function sendBatches(channel: net.Socket, sending: Sending, patience: Patience): Promise<void> {
  const courier = new Courier()
  try {
    say(channel, { step: 'offer', from: courier.name, network: courier.network })
    const { to } = await expectStep(channel, 'ready-to-receive', patience)
    courier.connect(to)
    const entries = [...sending.collect()]
    let start = 0
    do {
      const batch = entries.slice(start, start + batchSize)
      const fds = batch.map(([, socket]) => socket.fd)
      courier.send(start, fds)
      say(channel, { step: 'batch', start, count: entries.length, names: batch.map(([name]) => name) })
      if (start === 0) sending.onGiven?.()
      await expectStep(channel, 'received', patience)
      start += batchSize
    } while (start < entries.length)
  } finally {
    courier[Symbol.dispose]()
  }
}

/**
 * Passes listening and bound sockets, TCP, UDP and Unix, to another process, which calls `receiveSockets` at the other
 * end of the channel. They stay open here too: both processes have the same sockets then, with one accept queue. How
 * many there are does not matter; they go in batches of 253.
 *
 * Both processes have to be in one network namespace. While it runs, the channel is read and written by it alone, and
 * nothing may be on its way; after an error it is ended.
 *
 * @param channel a connected Unix socket
 * @param sockets what to send, by names that the other side will know them by
 * @throws (rejects) a `PeerRefusedError`; `ERR_SOCKCTL_HANDOVER` where the other side does not play its part or is gone;
 * ETIMEDOUT; an AbortError; a system error of `sendmsg`: ETOOMANYREFS, EMFILE ...
 * @see unix(7), SCM_RIGHTS
 */
export async function sendSockets(
  channel: net.Socket,
  sockets: NamedSockets,
  options: HandoverOptions = {},
): Promise<void> {
  checkChannel(channel)
  const request = checkHandover(options)
  const fds = checkSockets(sockets)
  let copies: ReadonlyMap<string, ReceivedSocket> = new Map()
  try {
    // Theirs may be closed while this waits, and their numbers mean something else then.
    copies = duplicateAll(fds)
    refuseAborted(request)
    authenticate(channel, request.allow)
    await sendBatches(channel, { collect: () => copies }, request)
  } catch (error) {
    giveUp(channel, error)
    throw error
  } finally {
    closeAll(copies.values())
  }
}
