import { readdirSync, readFileSync, readlinkSync, unlinkSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { errorName, type SystemError } from '../errors.js'
import { destroySocket } from './destroy.js'
import type { SocketEntry } from './entry.js'
import type { Cause, CauseOwner } from './explain/cause.js'
import { explainAddressInUse } from './explain.js'
import { inodesOf } from './owners.js'
import { isRemnant } from './rules.js'

/** What came of the removal of remnants. */
export interface Removal {
  /** How many are gone. */
  removed: number
  /** Why the others are not: the name of the error; undefined where none is left. */
  refusal: string | undefined
}

function destroyOne(entry: SocketEntry): string | undefined {
  try {
    destroySocket(entry)
    return undefined
  } catch (error) {
    const { code } = error as SystemError
    // It went by itself meanwhile.
    return code === 'ENOENT' ? undefined : code
  }
}

/** Removes the remnants that stand in the way, and touches nothing else. It takes CAP_NET_ADMIN. */
export function removeRemnants(causes: readonly Cause[]): Removal {
  const outcomes = causes.flatMap(({ sockets }) => sockets.filter(isRemnant)).map(destroyOne)
  const refusals = outcomes.filter((code) => code !== undefined)
  return { removed: outcomes.length - refusals.length, refusal: refusals[0] }
}

/** Removes the file of a Unix socket, if it is seen right before that nobody has bound it. Returns whether it did. */
export function removeStalePath(path: string): boolean {
  const { causes } = explainAddressInUse({ path })
  if (!causes.every(({ kind, blocks }) => kind === 'stale-path' && blocks === true)) return false
  unlinkSync(path)
  return true
}

/** The parent of a process, as /proc/<pid>/stat has it; 0 where there is none. */
function parentOf(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return 0
  }
}

function ancestors(): ReadonlySet<number> {
  const found = new Set<number>()
  for (let pid = process.ppid; pid > 0 && !found.has(pid); pid = parentOf(pid)) found.add(pid)
  return found
}

/** Whether /proc numbers processes as kill(2) does, which it may not after an `unshare --pid`. @see pid_namespaces(7) */
function numbersMatch(): boolean {
  try {
    return readlinkSync('/proc/self') === String(process.pid)
  } catch {
    // This process has no number there.
    return false
  }
}

/**
 * Why a process must not be ended: its number may be another one's, it is this one, a parent of it, or init; undefined
 * where nothing speaks against it.
 */
export function endRefusal({ pid }: CauseOwner): string | undefined {
  if (!numbersMatch()) return '/proc is of another PID namespace, where a number is another process'
  if (pid === process.pid) return 'it is this very process'
  if (pid === 1) return 'it is the init process'
  return ancestors().has(pid) ? 'it is a parent of this process' : undefined
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as SystemError).code !== 'ESRCH'
  }
  try {
    // A zombie holds nothing any more, once its other threads are gone too.
    const isZombie = /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    return !isZombie || readdirSync(`/proc/${pid}/task`).length > 1
  } catch {
    return false
  }
}

function holds(pid: number, sockets: readonly SocketEntry[]): boolean {
  try {
    const inodes = inodesOf([pid])
    return sockets.some(({ inode }) => inodes.has(inode))
  } catch {
    return false
  }
}

const step = 20

/**
 * Sends a signal to a process that still has one of some sockets open, and waits until it is gone. The kernel's word for
 * that, a pidfd, cannot be watched on Node's event loop: hence the looking every 20 ms.
 *
 * @param timeout milliseconds
 * @returns 'gone', 'stays' after the time, 'holds nothing' where it was not sent, or the name of kill(2)'s error
 */
export async function endProcess(
  pid: number,
  sockets: readonly SocketEntry[],
  signal: 'SIGTERM' | 'SIGKILL',
  timeout: number,
): Promise<string> {
  if (!holds(pid, sockets)) return 'holds nothing'
  try {
    process.kill(pid, signal)
  } catch (error) {
    return errorName((error as SystemError).errno)
  }
  const end = Date.now() + timeout
  while (isAlive(pid)) {
    if (Date.now() >= end) return 'stays'
    await delay(step)
  }
  return 'gone'
}
