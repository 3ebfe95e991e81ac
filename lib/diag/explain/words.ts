import { basename } from 'node:path'
import type { SocketEntry, SocketOwner } from '../entry.js'
import { isWildcard } from '../rules.js'
import { isAnyone } from '../users.js'
import type { CauseOwner } from './cause.js'
import type { Attempt } from './query.js'

/**
 * A text that others choose, a path or the name of a process, as it can go to a terminal: control characters, which
 * could recolour lines or write over them, as `\x1b`.
 */
export function shown(text: string): string {
  return text.replace(/\p{Cc}/gu, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/** An address and a port as one writes them. */
export function endText(address: string | undefined, port: number): string {
  if (address === undefined) return `port ${port}`
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/**
 * A path as one writes it: an abstract name with `@`, as ss and netstat do, without the zeros that Node.js 20 fills one up
 * with, and control characters as `shown` does.
 */
export function pathText(path: string): string {
  return shown(path.replace(/^\0/, '@').replace(/\0+$/, ''))
}

/** What was attempted, in a few words. */
export function attemptText({ protocol, path, address, port, remoteAddress, remotePort }: Attempt): string {
  if (protocol === 'unix') return pathText(path ?? '')
  const place = address === undefined ? '' : ` on ${address}`
  const own = port === 0 ? `port of the kernel's choice${place}` : endText(address, port)
  const peer = remoteAddress === undefined ? '' : ` to ${endText(remoteAddress, remotePort ?? 0)}`
  return `${port === 0 ? 'a ' : ''}${protocol.toUpperCase()} ${own}${peer}`
}

/** Milliseconds as people read them: `4.2 s`, `37 s`. */
export function timeText(ms: number): string {
  if (ms < 10_000) return `${(Math.ceil(ms / 100) / 10).toFixed(1)} s`
  return `${Math.ceil(ms / 1000)} s`
}

/**
 * The name of a process's program, by what it was started with: the main thread of Node.js 24 calls itself MainThread, and
 * the kernel's name for the process with it. A process may also have given its words up for a title, `nginx: worker`.
 */
export function programOf({ command, commandLine }: SocketOwner): string {
  const [first = ''] = commandLine.split(' ')
  return shown(basename(first).replace(/:$/, '') || command)
}

/** A user by number, as this user namespace has it. */
export function userText(uid: number): string {
  return `user ${uid}${isAnyone(uid) ? ' or one that this user namespace lacks' : ''}`
}

function ownerText(owner: CauseOwner): string {
  const { pid, innerPid, user, uid, container, unit } = owner
  const who = user ?? (uid === undefined ? undefined : userText(uid))
  const where = container ? `${container.runtime} container ${container.id.slice(0, 12)}` : unit
  const inner = innerPid === undefined ? undefined : `which is ${innerPid} in its own PID namespace`
  const parts = [`pid ${pid}`, inner, who, where && shown(where)].filter((part) => part !== undefined)
  return `${programOf(owner)} (${parts.join(', ')})`
}

/** Who it is, in a few words. */
export function ownersText(owners: readonly CauseOwner[], uids: readonly (number | undefined)[]): string {
  if (owners.length > 0) {
    const first = owners.slice(0, 3).map(ownerText).join(', ')
    return owners.length > 3 ? `${first} and ${owners.length - 3} more` : first
  }
  const [uid] = uids.filter((one) => one !== undefined)
  return uid === undefined ? 'no process that is to be seen' : `a process of ${userText(uid)} that is not to be seen`
}

/** Where a socket is, with its peer if it has one. */
export function socketText(entry: SocketEntry): string {
  if (entry.protocol === 'unix') return pathText(entry.path ?? '')
  const own = endText(entry.localAddress, entry.localPort)
  return isWildcard(entry.remoteAddress) ? own : `${own} to ${endText(entry.remoteAddress, entry.remotePort)}`
}

/** One of some sockets, and how many more there are. */
export function socketsText(entries: readonly SocketEntry[]): string {
  const [first] = entries
  if (!first) return ''
  return entries.length === 1 ? socketText(first) : `${socketText(first)} and ${entries.length - 1} more`
}
