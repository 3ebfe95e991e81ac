import { fstatSync, statSync } from 'node:fs'
import type { UnixEntry } from '../../diag/entry.js'
import { sockets } from '../../diag/sockets.js'
import { fdOf } from '../../handle.js'
import { isAbstract } from '../path.js'
import type { DrainReport } from './report.js'
import type { DrainRequest } from './request.js'
import { closeListener, type Traffic } from './traffic.js'
import type { Verdict } from './verdict.js'

/** How long nothing has to wait: a client may have found the socket by its path just before that led elsewhere. */
const settle = 5

function entryOf(inode: number): UnixEntry | undefined {
  return sockets({ protocol: 'unix', state: 'LISTEN', inode }).find((entry) => entry.protocol === 'unix')
}

/** Whose socket a path leads to. */
type Owner = 'this listener' | 'another' | 'nobody'

function ownerOf({ path, fileInode, fileDevice }: UnixEntry): Owner {
  if (path === undefined || isAbstract(path)) return 'this listener'
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) return 'nobody'
  // The kernel tells the lower 32 bits.
  return found.ino % 2 ** 32 === fileInode && found.dev === fileDevice ? 'this listener' : 'another'
}

function judge(left: number, dropped: number, before: Owner, after: Owner): Verdict {
  const none = (reason: string): Verdict => ({ guarantee: 'none', reason })
  if (left > 0) return none('the server did not accept all that waited within the time')
  if (dropped > 0) return none('the server closed connections that were more than its maxConnections')
  if (before !== 'another') return { guarantee: 'queue-empty', reason: 'no other listener has taken its path' }
  if (after !== 'another') return none('closing the server removed the path of the one that had taken its place')
  return { guarantee: 'lossless', reason: undefined }
}

/** Drains a listener at a path: without loss where another socket has been renamed to the path. */
export async function drainUnix({ server }: DrainRequest, traffic: Traffic): Promise<DrainReport | undefined> {
  const { ino } = fstatSync(fdOf(server))
  const listener = entryOf(ino)
  if (!listener) return undefined
  const look = () => ({ queue: entryOf(ino)?.acceptQueue ?? 0, synRecv: 0 })
  const before = ownerOf(listener)
  await traffic.emptied(look, before === 'this listener' ? 0 : settle)
  closeListener(server)
  const { accepted, dropped, queue, elapsed } = traffic
  return {
    ...judge(queue.left, dropped, before, ownerOf(listener)),
    accepted,
    dropped,
    queue,
    synRecv: undefined,
    steering: { used: false, members: 1, index: undefined, undone: true, error: undefined },
    filter: { used: false, error: undefined },
    gapMs: undefined,
    kernel: undefined,
    durationMs: elapsed,
  }
}
