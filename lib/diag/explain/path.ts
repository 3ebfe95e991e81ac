import { accessSync, constants, lstatSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { SystemError } from '../../errors.js'
import { BareSocket } from '../../sockets/index.js'
import type { UnixEntry } from '../entry.js'
import { SocketFile } from '../file.js'
import { addOwners } from '../owners.js'
import { sockets } from '../sockets.js'
import { type Cause, cause } from './cause.js'
import { ownersElsewhere } from './elsewhere.js'
import { causeOwners } from './owners.js'
import type { Attempt } from './query.js'
import { ownersText, pathText } from './words.js'

function isAllowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}

/**
 * Whether a socket is bound to a file, asked by connecting a datagram socket to it: of a stream socket the kernel then
 * says EPROTOTYPE, and it never hears of it; of a file that nobody has bound it says ECONNREFUSED.
 *
 * @see net/unix/af_unix.c (unix_find_bsd)
 */
function answerOf(path: string): string {
  try {
    using socket = new BareSocket('unix', 'datagram')
    socket.connect({ path })
    return 'ok'
  } catch (error) {
    return (error as SystemError).code
  }
}

function describe(entry: UnixEntry): string {
  return entry.state === 'LISTEN' ? 'listens on' : `has a ${entry.type} socket on`
}

function elsewhereCause(path: string): Cause {
  const owners = ownersElsewhere(path)
  const who = owners.length > 0 ? ownersText(owners, []) : 'Somebody'
  const text = `${who} has a socket on ${pathText(path)}, in another network namespace.`
  const doubt = owners.length > 0 ? undefined : 'whose it is cannot be seen from here'
  return cause('live-path', text, { doubt, owners })
}

function liveCause(entries: UnixEntry[], path: string): Cause {
  const owners = causeOwners(entries)
  const first = entries[0] as UnixEntry
  const text = `${ownersText(
    owners,
    entries.map(({ uid }) => uid),
  )} ${describe(first)} ${pathText(path)}.`
  return cause('live-path', text, { sockets: entries, owners })
}

/** The sockets of a file, and who has them. */
function socketsOfFile({ inode, device }: SocketFile): UnixEntry[] {
  const entries = (sockets({ protocol: 'unix' }) as UnixEntry[]).filter(({ path, fileInode, fileDevice }) => {
    return path !== undefined && fileInode === inode && fileDevice === device
  })
  addOwners(entries)
  return listenersFirst(entries)
}

/** Without the sockets that a listener accepted, which have its path and its file. */
function listenersFirst(entries: UnixEntry[]): UnixEntry[] {
  const listeners = entries.filter(({ state }) => state === 'LISTEN')
  return listeners.length > 0 ? listeners : entries
}

/** What connecting a datagram socket comes to where a socket is bound: one connected to another peer says EPERM. */
const boundAnswers: ReadonlySet<string> = new Set(['ok', 'EPROTOTYPE', 'EPERM'])

/** Tells of a file whose socket is not listed what the kernel answered about it. */
function unlistedCause(path: string, answer: string): Cause {
  if (boundAnswers.has(answer)) return elsewhereCause(path)
  const name = pathText(path)
  if (answer === 'ECONNREFUSED') {
    return cause('stale-path', `${name} is a file that a Unix socket left: no socket is bound to it any more.`)
  }
  const doubt =
    answer === 'EACCES'
      ? 'this user may not ask whether a socket of another network namespace is bound to it'
      : `it cannot be known whether a socket of another network namespace is bound to it: ${answer}`
  return cause('stale-path', `${name} is the file of a Unix socket that is not to be seen.`, {
    doubt,
    blocks: 'unknown',
  })
}

/** Looks once; undefined where that changed meanwhile which file is there, or whether a socket is bound to it. */
function lookAt(path: string): Cause | undefined {
  using file = new SocketFile(path)
  const found = socketsOfFile(file)
  if (found.length > 0) return liveCause(found, path)
  const before = answerOf(path)
  // One that was bound after the first look is there by now.
  const late = socketsOfFile(file)
  if (late.length > 0) return liveCause(late, path)
  const after = answerOf(path)
  return before === after && file.isAt(path) ? unlistedCause(path, after) : undefined
}

const mostLooks = 8

function socketFileCauses(path: string): Cause[] {
  try {
    for (let look = 0; look < mostLooks; look++) {
      const found = lookAt(path)
      if (found) return [found]
    }
  } catch (error) {
    if ((error as SystemError).code !== 'ENOENT') throw error
    // It went meanwhile.
    return []
  }
  const text = `${pathText(path)} is the file of one Unix socket after the other.`
  return [cause('live-path', text, { blocks: 'unknown', doubt: 'it changed during each of several looks' })]
}

function kindOf(file: Stats): string {
  if (file.isSymbolicLink()) return 'a symbolic link'
  if (file.isDirectory()) return 'a directory'
  return file.isFile() ? 'a regular file' : 'a special file'
}

function fileOf(path: string): Stats | undefined {
  try {
    return lstatSync(path)
  } catch {
    return undefined
  }
}

function deniedCauses(denied: string): Cause[] {
  return [cause('path-denied', `This user has no permission to ${denied}.`)]
}

/** Tells that a folder is missing, or none; not of one that this user may not look at. */
function folderCauses(folder: string): Cause[] {
  try {
    if (statSync(folder).isDirectory()) return []
    return [cause('path-missing', `${pathText(folder)} is no folder, so that there can be no file in it.`)]
  } catch (error) {
    const { code } = error as SystemError
    if (code === 'EACCES') return []
    return [
      cause('path-missing', `The folder ${pathText(folder)}, where the file is to be, cannot be found (${code}).`),
    ]
  }
}

/** Tells what keeps a Unix socket from being bound, or connected, to a path. */
export function pathCauses({ path = '', call, code }: Attempt): Cause[] {
  if (path.startsWith('\0')) {
    const entries = sockets({ protocol: 'unix', path, processes: true }) as UnixEntry[]
    return entries.length > 0 ? [liveCause(listenersFirst(entries), path)] : []
  }
  const file = fileOf(path)
  const folder = dirname(path)
  if (call === 'connect')
    return isAllowed(path, constants.W_OK) ? [] : deniedCauses(`write to ${pathText(path)}, as a connect takes`)
  if (code !== 'EACCES' && file) {
    if (file.isSocket()) return socketFileCauses(path)
    return [cause('not-a-socket', `${pathText(path)} is ${kindOf(file)}, and bind(2) replaces nothing.`)]
  }
  const missing = folderCauses(folder)
  if (missing.length > 0 || isAllowed(folder, constants.W_OK | constants.X_OK)) return missing
  return deniedCauses(`make a file in ${pathText(folder)}`)
}
