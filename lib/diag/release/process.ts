import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { errorName, type SystemError } from '../../errors.js'
import type { SocketEntry } from '../entry.js'
import type { CauseOwner } from '../explain/cause.js'
import { inodesOf, namespacePids } from '../owners.js'

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
  const numbers = namespacePids('self')
  return numbers.length === 1 && numbers[0] === process.pid
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
