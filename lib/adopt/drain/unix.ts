import { fstatSync, realpathSync } from 'node:fs'
import type { UnixEntry } from '../../diag/entry.js'
import { SocketFile } from '../../diag/file.js'
import { sockets } from '../../diag/sockets.js'
import type { SystemError } from '../../errors.js'
import { fdOf } from '../../handle.js'
import { isAbstract } from '../path.js'
import { goesOn } from './holders.js'
import type { DrainReport } from './report.js'
import type { DrainRequest } from './request.js'
import { closeListener, type Traffic } from './traffic.js'
import { hiddenHolder, type Verdict } from './verdict.js'

/** How long nothing has to wait: a client may have found the socket by its path just before that led elsewhere. */
const settle = 5

function entryOf(inode: number): UnixEntry | undefined {
  return sockets({ protocol: 'unix', state: 'LISTEN', inode }).find((entry) => entry.protocol === 'unix')
}

/** Whose socket a path leads to. */
type Owner = 'this listener' | 'another' | 'nobody' | 'unknown'

function ownerOf({ path, fileInode, fileDevice }: UnixEntry): Owner {
  if (path === undefined || isAbstract(path)) return 'this listener'
  try {
    using file = new SocketFile(realpathSync(path))
    return file.inode === fileInode && file.device === fileDevice ? 'this listener' : 'another'
  } catch (error) {
    return (error as SystemError).code === 'ENOENT' ? 'nobody' : 'unknown'
  }
}

/** What was seen of a listener at a path. */
interface Evidence {
  readonly left: number
  readonly dropped: number
  /** Whose the path was before the close, and after it. */
  readonly before: Owner
  readonly after: Owner
  readonly goesOn: boolean
}

/** Why a listener whose path no other one is known to have is not drained without loss. */
const reasons = {
  'this listener': 'no other listener has taken its path',
  // The kernel tells the name of the bind alone.
  nobody: 'nothing is at the path that it was bound to; if it was renamed, what is in its place now is not known',
  unknown: 'its path may not be looked at',
} as const

function judge({ left, dropped, before, after, goesOn }: Evidence): Verdict {
  const none = (reason: string): Verdict => ({ guarantee: 'none', reason })
  if (left > 0) return none('the server did not accept all that waited within the time')
  if (dropped > 0) return none('the server closed connections that were more than its maxConnections')
  // With another one at its path, nothing reaches it any more, whoever has it.
  if (before !== 'another' && goesOn) return none(hiddenHolder)
  if (before !== 'another') return { guarantee: 'queue-empty', reason: reasons[before] }
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
  const after = { after: ownerOf(listener), goesOn: await goesOn('unix', ino) }
  const { accepted, dropped, queue, elapsed } = traffic
  return {
    ...judge({ left: queue.left, dropped, before, ...after }),
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
