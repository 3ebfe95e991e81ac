import type { SystemError } from '../../errors.js'
import { BareSocket } from '../../sockets/index.js'
import type { UnixEntry } from '../entry.js'
import { SocketFile } from '../file.js'
import { addOwners } from '../owners.js'
import { sockets } from '../sockets.js'
import { type Cause, cause } from './cause.js'
import { ownersElsewhere } from './elsewhere.js'
import { causeOwners } from './owners.js'
import { ownersText, pathText } from './words.js'

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

/** Tells whether a socket is bound to a file of that kind, and whose it is. */
export function socketFileCauses(path: string): Cause[] {
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

const nameCapacity = 108
const filledName = 'its name is filled up with zeros, as Node.js 20 does: without them it is another name'

/** Names who has an abstract name, as it is or filled up with zeros. */
export function abstractCauses(path: string): Cause[] {
  const filled = path + '\0'.repeat(Math.max(0, nameCapacity - Buffer.byteLength(path)))
  const entries = sockets({ protocol: 'unix', path: [path, filled], processes: true }) as UnixEntry[]
  const exact = entries.filter((entry) => entry.path === path)
  if (exact.length > 0) return [liveCause(listenersFirst(exact), path)]
  if (entries.length === 0) return []
  return [{ ...liveCause(listenersFirst(entries), path), blocks: 'unknown', doubt: filledName }]
}
