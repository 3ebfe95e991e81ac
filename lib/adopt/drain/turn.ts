import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { InternetEntry } from '../../diag/entry.js'
import type { SystemError } from '../../errors.js'
import { getOption } from '../../options/index.js'
import { BareSocket } from '../../sockets/index.js'
import { connect } from '../connect.js'

/** After how many milliseconds whoever has the name, and cannot be connected to, is taken for a stranger. */
const silence = 100

/** It may have ended between the two, does not listen, or has a full queue. */
const silent: ReadonlySet<string> = new Set(['ECONNREFUSED', 'EAGAIN'])

/** What is held while a listener is drained. */
export type Turn = Disposable

/** The turn where a stranger keeps the name of it. */
const anybodys: Turn = { [Symbol.dispose]() {} }

/** The abstract name that stands for a group: it is the network namespace's, as the group is. */
function nameOf({ family, localAddress, localPort, interface: device = '' }: InternetEntry): string {
  return `\0sockctl/drain/${family}/${localAddress}/${localPort}/${device}`
}

function tryTurn(path: string): BareSocket | undefined {
  const turn = new BareSocket('unix')
  try {
    turn.listen(undefined, { path })
    return turn
  } catch (error) {
    turn.close()
    if ((error as SystemError).code === 'EADDRINUSE') return undefined
    throw error
  }
}

/** Waits until whoever has a turn ends it, or its life. False where it is a stranger, for whom nobody waits. */
async function awaitEnd(path: string, signal: AbortSignal): Promise<boolean> {
  const socket = await connect({ path, signal })
  try {
    if (getOption(socket, 'SO_PEERCRED').uid !== process.geteuid?.()) return false
    const ended = new AbortController()
    // The end of the holder's socket resets who waits in its queue.
    socket
      .on('error', () => {})
      .on('close', () => ended.abort())
      .resume()
    await once(ended.signal, 'abort', { signal })
    return true
  } finally {
    socket.destroy()
  }
}

/**
 * Takes the turn to drain a listener of a group: one at a time, so that none is sent connections while it is drained, and
 * no two of them change the group's program. It is a Unix socket with an abstract name, which the kernel frees when its
 * holder ends, however that comes about.
 *
 * @param signal ends the wait
 * @returns undefined where the signal fired. Where a stranger has taken the name, another user who is in no group of ours
 * or somebody who does not even listen, it is anybody's turn.
 */
export async function takeTurn(listener: InternetEntry, signal: AbortSignal): Promise<Turn | undefined> {
  const path = nameOf(listener)
  let since: number | undefined
  while (!signal.aborted) {
    const turn = tryTurn(path)
    if (turn) return turn
    try {
      if (!(await awaitEnd(path, signal))) return anybodys
      since = undefined
    } catch (error) {
      if (!silent.has((error as SystemError).code) && !signal.aborted) throw error
      // Who takes a turn listens from the start, so two refusals so far apart are a stranger's.
      since ??= performance.now()
      if (performance.now() - since > silence) return anybodys
      await sleep(1)
    }
  }
  return undefined
}
