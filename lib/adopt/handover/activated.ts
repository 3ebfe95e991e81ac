import { closeSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { codedError, invalidArgValue, type SystemError, systemError } from '../../errors.js'
import { native } from '../../native.js'
import type { Family, SocketType } from '../../platform.js'
import { closeAll, type ReceivedSocket, receive, refusalOf } from './received.js'

/** The first descriptor that systemd passes (SD_LISTEN_FDS_START). */
const firstDescriptor = 3
const most = 4096
/** What systemd calls a socket that has no name, in a list of names that is too short. */
const nameless = 'unknown'
const variables = ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES', 'LISTEN_PIDFDID'] as const

/** Checks what the environment says, and gives the names of the descriptors. */
function namesOf({ LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES }: NodeJS.ProcessEnv): string[] {
  // They may be meant for the process that started this one.
  if (LISTEN_PID !== String(process.pid) || LISTEN_FDS === undefined) return []
  const count = /^\d{1,4}$/.test(LISTEN_FDS) ? Number(LISTEN_FDS) : -1
  if (count < 0 || count > most) {
    throw invalidArgValue('process.env.LISTEN_FDS', LISTEN_FDS, `must be a number up to ${most}`)
  }
  const names = LISTEN_FDNAMES?.split(':') ?? []
  return Array.from({ length: count }, (_, index) => names[index] || nameless)
}

/** Why a descriptor cannot be taken; the error of one that is no socket says which. */
function reasonAgainst(fd: number, name: string): string | undefined {
  try {
    return refusalOf(fd)
  } catch (error) {
    const shown = error as SystemError
    shown.message += `: descriptor ${fd}, '${name}', of LISTEN_FDS`
    throw shown
  }
}

function refuseOdd(names: readonly string[]): void {
  for (const [index, name] of names.entries()) {
    const fd = firstDescriptor + index
    const refusal = reasonAgainst(fd, name)
    if (refusal) throw invalidArgValue('process.env.LISTEN_FDS', fd, `names the socket '${name}', which ${refusal}`)
  }
}

/** Makes a socket of a descriptor that was passed, by a number that the addon owns, close-on-exec. */
function takeOver(name: string, fd: number): ReceivedSocket {
  const own = native.dup(fd)
  if (own < 0) throw systemError(own, 'dup')
  return receive(name, own, (reason) => invalidArgValue('process.env.LISTEN_FDS', fd, reason))
}

/** Takes all that were passed, or none. */
function takeOverAll(names: readonly string[]): ReceivedSocket[] {
  const sockets: ReceivedSocket[] = []
  try {
    for (const [index, name] of names.entries()) sockets.push(takeOver(name, firstDescriptor + index))
  } catch (error) {
    closeAll(sockets)
    throw error
  }
  for (const index of names.keys()) closeSync(firstDescriptor + index)
  return sockets
}

let taken: ReadonlyMap<string, readonly ReceivedSocket[]> | undefined

function takeAll(): ReadonlyMap<string, readonly ReceivedSocket[]> {
  const names = isMainThread ? namesOf(process.env) : []
  // All are looked at before the first is touched: a wrong number may be a descriptor of Node's own.
  refuseOdd(names)
  const found = new Map<string, ReceivedSocket[]>()
  for (const socket of takeOverAll(names)) found.set(socket.name, [...(found.get(socket.name) ?? []), socket])
  if (isMainThread) for (const variable of variables) delete process.env[variable]
  return found
}

/**
 * The sockets that systemd, or anybody who speaks its protocol, passed to this process, by their names (`FileDescriptorName=`;
 * the unit's name by default), several where a unit has several. The first call takes them: makes them close-on-exec and
 * removes LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES from the environment, so that no child takes them for its own. Later
 * calls give the same sockets, of which those that are in use by now have an `fd` of -1.
 *
 * Where LISTEN_PID is not this process there are none, nor are there any in a worker thread.
 *
 * @throws `ERR_INVALID_ARG_VALUE` for an environment that makes no sense, or a socket that is neither listening nor
 * bound; a system error of `getsockopt` where a descriptor is no socket; EMFILE. Nothing is taken then.
 * @see sd_listen_fds(3), systemd.socket(5)
 */
export function activatedSockets(): ReadonlyMap<string, readonly ReceivedSocket[]> {
  taken ??= takeAll()
  return taken
}

/**
 * The next socket of a name that nobody took yet.
 *
 * @throws `ERR_SOCKCTL_NOT_ACTIVATED` where there is none
 */
export function activatedSocket(name: string, type: SocketType, family?: Family): ReceivedSocket {
  const fits = (socket: ReceivedSocket) => socket.type === type && (family ?? socket.family) === socket.family
  const found = activatedSockets()
    .get(name)
    ?.find((socket) => socket.fd >= 0 && fits(socket))
  if (found) return found
  const names = [...activatedSockets().keys()].map((one) => `'${one}'`).join(', ') || 'none'
  const kind = [family, type].filter((word) => word !== undefined).join(' ')
  const message = `No ${kind} socket '${name}' was passed to this process, or it is in use; the names are: ${names}`
  throw codedError('ERR_SOCKCTL_NOT_ACTIVATED', message)
}
