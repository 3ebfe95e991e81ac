import { readdirSync, readFileSync } from 'node:fs'
import { errnoOf, type SystemError, systemError, unsupported } from '../errors.js'
import { native } from '../native.js'
import { hasCapability } from './capability.js'
import type { SocketEntry, SocketOwner } from './entry.js'
import { isAnyone, readUsers } from './users.js'

let pairs = new Uint32Array(2 * 4096)

/** Calls a function with each socket that a process has open. Returns 0, or a negated errno. */
function eachSocket(pid: number, visit: (inode: number, fd: number) => void): number {
  let count = native.processSockets(pid, new Uint8Array(pairs.buffer))
  while (2 * count > pairs.length) {
    pairs = new Uint32Array(4 * count)
    count = native.processSockets(pid, new Uint8Array(pairs.buffer))
  }
  for (let index = 0; index < count; index++) visit(pairs[2 * index + 1] as number, pairs[2 * index] as number)
  return Math.min(count, 0)
}

const vanished: ReadonlySet<number> = new Set([errnoOf('ENOENT'), errnoOf('ESRCH')])

/** A socket of a process: the descriptor that it has there, and its inode. */
export interface SocketDescriptor {
  readonly fd: number
  readonly inode: number
}

/** The error of a process that /proc does not show: it may be hidden, or /proc may be another one or none. */
function absenceOf(pid: number): Error {
  const where = { address: `/proc/${pid}/fd` }
  try {
    process.kill(pid, 0)
  } catch (error) {
    const isHidden = (error as SystemError).code === 'EPERM'
    return systemError(errnoOf(isHidden ? 'EACCES' : 'ESRCH'), 'opendir', where)
  }
  return unsupported(`/proc does not show process ${pid}, which there is`, { syscall: 'opendir', ...where })
}

/**
 * The sockets that a process has open.
 *
 * @throws ESRCH for a process that does not exist, EACCES for one that may not be looked into, `ERR_SOCKCTL_UNSUPPORTED`
 * where /proc does not show it
 */
export function socketDescriptorsOf(pid: number): SocketDescriptor[] {
  const found: SocketDescriptor[] = []
  const errno = eachSocket(pid, (inode, fd) => found.push({ fd, inode }))
  if (vanished.has(errno)) throw absenceOf(pid)
  if (errno < 0) throw systemError(errno, 'opendir', { address: `/proc/${pid}/fd` })
  return found
}

/**
 * The inodes of the sockets that some processes have open.
 *
 * @throws as `socketDescriptorsOf`
 */
export function inodesOf(pids: readonly number[]): ReadonlySet<number> {
  return new Set(pids.flatMap(socketDescriptorsOf).map(({ inode }) => inode))
}

function processes(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger)
  } catch (cause) {
    throw unsupported('The owners of sockets are in /proc, which is not there', { cause })
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // The process is gone, or it is not ours to read.
    return ''
  }
}

/**
 * The numbers of a process, or of this one, in the PID namespace of /proc and in each below it, down to the process's own;
 * none where /proc does not show it.
 *
 * @see NSpid in proc_pid_status(5)
 */
export function namespacePids(pid: number | 'self'): number[] {
  const text = readText(`/proc/${pid}/status`)
  // A kernel without such namespaces has no line of them.
  const line = /^NSpid:\t(.*)$/m.exec(text) ?? /^Pid:\t(.*)$/m.exec(text)
  return (line?.[1] ?? '').split('\t').filter(Boolean).map(Number)
}

/** What is told of a process beside its number. */
type ProcessFacts = Omit<SocketOwner, 'pid' | 'fd'>

function factsOf(pid: number, users: ReadonlyMap<number, string>): ProcessFacts {
  // Real, effective, saved, for files.
  const effective = /^Uid:\t\d+\t(\d+)/m.exec(readText(`/proc/${pid}/status`))?.[1]
  const uid = effective === undefined ? undefined : Number(effective)
  return {
    command: readText(`/proc/${pid}/comm`).trimEnd(),
    commandLine: readText(`/proc/${pid}/cmdline`).replace(/\0+$/, '').replaceAll('\0', ' '),
    user: uid === undefined || isAnyone(uid) ? undefined : users.get(uid),
    uid,
  }
}

// Names since Linux 5.8, numbers before.
const hiding = /[\s,]hidepid=(2|4|invisible|ptraceable)\b/

/**
 * Whether /proc leaves out processes that this thread may not look into, as the mount option `hidepid` can have it. What
 * it shows and does not let anybody look into is another matter.
 *
 * @see proc(5), mountinfo in proc_pid_mountinfo(5)
 */
function hidesProcesses(): boolean {
  const mounts = readText('/proc/self/mountinfo').split('\n')
  // The last one lies on top.
  const mount = mounts.findLast((line) => line.split(' ')[4] === '/proc') ?? ''
  return hiding.test(mount) && hasCapability('CAP_SYS_PTRACE') !== true
}

/**
 * Adds to each entry who has it open.
 *
 * @throws `ERR_SOCKCTL_UNSUPPORTED` without /proc
 * @see proc_pid_fd(5)
 */
export function addOwners(entries: readonly SocketEntry[]): void {
  const owners = new Map<number, SocketOwner[]>(
    entries.filter(({ inode }) => inode !== 0).map(({ inode }) => [inode, []]),
  )
  let isComplete = owners.size === 0 || !hidesProcesses()
  let users: ReadonlyMap<number, string> | undefined
  for (const pid of owners.size === 0 ? [] : processes()) {
    let facts: ProcessFacts | undefined
    const errno = eachSocket(pid, (inode, fd) => {
      const found = owners.get(inode)
      if (!found) return
      users ??= readUsers()
      facts ??= factsOf(pid, users)
      found.push({ pid, fd, ...facts })
    })
    if (errno < 0 && !vanished.has(errno)) isComplete = false
  }
  for (const entry of entries) {
    const found = owners.get(entry.inode) ?? []
    entry.owners = found
    // Somebody has what has an inode: /proc may hide processes, or be of another PID namespace.
    entry.ownersComplete = entry.inode === 0 || (isComplete && found.length > 0)
  }
}
