import { accessSync, constants, lstatSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { SystemError } from '../../errors.js'
import { BareSocket } from '../../sockets/index.js'
import type { UnixEntry } from '../entry.js'
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
  const [first] = entries
  if (!first) return elsewhereCause(path)
  const text = `${ownersText(
    owners,
    entries.map(({ uid }) => uid),
  )} ${describe(first)} ${pathText(path)}.`
  return cause('live-path', text, { sockets: entries, owners })
}

const wordSize = 2 ** 32

/** The socket whose bind made a file. */
function socketsOfFile({ ino, dev }: Stats): UnixEntry[] {
  const entries = sockets({ protocol: 'unix', processes: true }) as UnixEntry[]
  return entries.filter(({ fileInode, fileDevice, path }) => {
    // The sockets that a listener accepted have its path and its file.
    return path !== undefined && fileInode === ino % wordSize && fileDevice === dev
  })
}

function listenersFirst(entries: UnixEntry[]): UnixEntry[] {
  const listeners = entries.filter(({ state }) => state === 'LISTEN')
  return listeners.length > 0 ? listeners : entries
}

function socketFileCause(path: string, file: Stats): Cause {
  const entries = listenersFirst(socketsOfFile(file))
  if (entries.length > 0) return liveCause(entries, path)
  const answer = answerOf(path)
  if (answer === 'ECONNREFUSED') {
    return cause(
      'stale-path',
      `${pathText(path)} is a file that a Unix socket left: no socket is bound to it any more.`,
    )
  }
  if (answer !== 'EACCES') return liveCause([], path)
  const doubt = 'this user may not ask whether a socket of another network namespace is bound to it'
  return cause('stale-path', `${pathText(path)} is the file of a Unix socket that is not to be seen.`, {
    doubt,
    blocks: 'unknown',
  })
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
    if (file.isSocket()) return [socketFileCause(path, file)]
    return [cause('not-a-socket', `${pathText(path)} is ${kindOf(file)}, and bind(2) replaces nothing.`)]
  }
  const missing = folderCauses(folder)
  if (missing.length > 0 || isAllowed(folder, constants.W_OK | constants.X_OK)) return missing
  return deniedCauses(`make a file in ${pathText(folder)}`)
}
