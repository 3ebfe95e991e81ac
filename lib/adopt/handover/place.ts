import { chmodSync, lstatSync, readFileSync, statSync } from 'node:fs'
import net from 'node:net'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { codedError, invalidArgValue, type SystemError } from '../../errors.js'
import { encodePath } from '../../sockaddr.js'
import { listen } from '../listen.js'
import { isAbstract } from '../path.js'
import { handoverError } from './lines.js'

const sticky = 0o1000
const writableByOthers = 0o022

/** Checks the path of a takeover, without a system call. */
export function checkPath(path: unknown): asserts path is string {
  encodePath(path, 'path')
  if (isAbstract(path as string)) {
    throw invalidArgValue('path', path, 'must be a file, since any user may take an abstract name')
  }
}

/**
 * Refuses a folder in which another user could put a file of his own in the place of the socket's.
 *
 * @throws `ERR_SOCKCTL_UNSAFE_PATH`; a system error of `stat`
 */
export function refuseUnsafe(path: string): void {
  const folder = dirname(path)
  const { mode, uid } = statSync(folder)
  const isShared = (mode & writableByOthers) !== 0 && (mode & sticky) === 0
  if (!isShared && (uid === 0 || uid === process.geteuid?.())) return
  const why = isShared ? 'can be written to by others' : `belongs to user ${uid}`
  throw Object.assign(codedError('ERR_SOCKCTL_UNSAFE_PATH', `The folder ${folder} ${why}`), { address: path })
}

const nobodyThere: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED'])

/** Connects to the process that serves at a path; undefined where nobody does. */
export function knock(path: string): Promise<net.Socket | undefined> {
  return new Promise((resolve, reject) => {
    const channel = net.connect({ path })
    channel.once('connect', () => {
      channel.off('error', refused)
      // What becomes of it shows where it is read.
      channel.on('error', () => {})
      resolve(channel)
    })
    const refused = (error: Error) => {
      if (nobodyThere.has((error as SystemError).code)) resolve(undefined)
      else reject(error)
    }
    channel.once('error', refused)
  })
}

/** Listens at the path, in the place of a process that is dead; false where another process was faster. */
export async function settle(server: net.Server, path: string, mode: number): Promise<boolean> {
  try {
    await listen(server, { path, staleSocket: 'remove' })
    chmodSync(path, mode)
    return true
  } catch (error) {
    const { code, stale } = error as SystemError & { stale?: boolean }
    // What is no socket stays where it is, and so does a link.
    const isOdd = lstatSync(path, { throwIfNoEntry: false })?.isSocket() === false
    if (code === 'EADDRINUSE' && stale !== true && !isOdd) return false
    throw error
  }
}

function isEnded(pid: number): boolean {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return /^[ZX]/.test(text.slice(text.lastIndexOf(')') + 2))
  } catch {
    return true
  }
}

/** Waits until a process that closed its end has closed all it had: a process that ends does so one by one. */
export async function ended(pid: number, timeout: number): Promise<void> {
  const deadline = performance.now() + timeout
  while (!isEnded(pid)) {
    if (performance.now() > deadline)
      throw handoverError(`The old process ${pid} went away from the handover, and lives`)
    await delay(1)
  }
}
