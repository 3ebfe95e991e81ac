import { readFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { isAnyone } from '../../diag/users.js'
import { codedError } from '../../errors.js'
import type { SocketLike } from '../../handle.js'
import { type PeerProcess, peerCredentials, peerProcess } from '../../sockets/index.js'

/** Who is at the other end of a handover. */
export interface HandoverPeer {
  /** The process; 0 where this process's namespace does not show it. */
  readonly pid: number
  /** The effective user. */
  readonly uid: number
  /** The effective group. */
  readonly gid: number
  /** What it calls itself, as `ps -o comm` shows it; undefined where that is not known (any more). */
  readonly command: string | undefined
  /** The program and its arguments, the first 200 characters; undefined likewise. */
  readonly commandLine: string | undefined
}

/** Decides whether a peer may take part in a handover. */
export type HandoverPolicy = (peer: HandoverPeer) => boolean

/** How a peer is refused that may not take part. */
export interface PeerRefusedError extends Error {
  code: 'ERR_SOCKCTL_PEER_REFUSED'
  peer: HandoverPeer
}

/** The process at the other end, held where the kernel can do that. */
function hold(channel: SocketLike): PeerProcess | undefined {
  // Node warns of each descriptor that a worker closes and did not open.
  if (!isMainThread) return undefined
  try {
    return peerProcess(channel)
  } catch {
    // Before Linux 6.5, or it has ended.
    return undefined
  }
}

const longestCommand = 200
const unknown = { command: undefined, commandLine: undefined } as const

/** What is shown of a process; nothing where it may be another process by now. */
function commandOf(pid: number, channel: SocketLike): Pick<HandoverPeer, 'command' | 'commandLine'> {
  const held = hold(channel)
  try {
    const command = readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd()
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replace(/\0+$/, '').replaceAll('\0', ' ')
    return held && held.pid !== pid ? unknown : { command, commandLine: words.slice(0, longestCommand) }
  } catch {
    return unknown
  } finally {
    held?.close()
  }
}

/** Who is at the other end of a Unix socket. */
export function peerOf(channel: SocketLike): HandoverPeer {
  const { pid, uid, gid } = peerCredentials(channel)
  return { pid, uid, gid, ...commandOf(pid, channel) }
}

/** Whether the kernel lets this process send signals to another one, as it does where both are of one user. */
function mayReach(pid: number): boolean {
  try {
    // 0 would be this process's own group.
    return pid > 0 && process.kill(pid, 0)
  } catch {
    return false
  }
}

/** The same user, and root. */
export function isTrusted({ uid, pid }: HandoverPeer): boolean {
  return uid === 0 || (uid === process.geteuid?.() && (!isAnyone(uid) || mayReach(pid)))
}

/** Who a peer is, in words. */
export function describePeer({ pid, uid, commandLine }: HandoverPeer): string {
  return `process ${pid} (${commandLine ?? 'program unknown'}) of user ${uid}`
}

/**
 * Finds out who is at the other end, and whether it may take part.
 *
 * @throws a `PeerRefusedError`; a system error of `getsockopt` for what is no connected Unix socket
 */
export function authenticate(channel: SocketLike, allow: HandoverPolicy = isTrusted): HandoverPeer {
  const peer = peerOf(channel)
  if (allow(peer) === true) return peer
  const error = codedError('ERR_SOCKCTL_PEER_REFUSED', `No sockets for, or from, ${describePeer(peer)}`)
  throw Object.assign(error, { peer })
}
