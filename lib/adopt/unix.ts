import { statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { errnoOf, type SystemError, systemError } from '../errors.js'
import { BareSocket } from '../sockets/index.js'
import { type Finding, Occupant } from './occupant.js'
import { isAbstract } from './path.js'
import { removeStale } from './stale.js'

/** What `listen` does about the file of a Unix socket at which nobody listens any more. */
export type StalePolicy = 'refuse' | 'remove'

/** All policies. */
export const stalePolicies: readonly StalePolicy[] = ['refuse', 'remove']

/** How `listen` is refused a path that is in use. */
export interface PathInUseError extends SystemError {
  code: 'EADDRINUSE'
  syscall: 'bind'
  /**
   * Whether the file is a socket that nobody listens at any more, which `staleSocket: 'remove'` removes. False where a
   * server is alive, undefined where it is not a socket or nobody can tell.
   */
  stale: boolean | undefined
}

function inUse(path: string, { stale, why }: Finding): PathInUseError {
  const error = systemError(errnoOf('EADDRINUSE'), 'bind', { address: path })
  error.message += `: ${why}`
  return Object.assign(error as PathInUseError, { stale })
}

function isInUse(error: unknown): boolean {
  const { code, syscall } = error as SystemError
  return code === 'EADDRINUSE' && syscall === 'bind'
}

/** Finds out what is at a path and lets `act` do something about it; gives what is in the way then. */
function lookAt(path: string, act: (occupant: Occupant, found: Finding) => Finding | undefined): Finding | undefined {
  let occupant: Occupant
  try {
    occupant = new Occupant(path)
  } catch (error) {
    return { stale: undefined, why: `what it was cannot be told any more (${(error as SystemError).code})` }
  }
  try {
    return act(occupant, occupant.examine())
  } finally {
    occupant[Symbol.dispose]()
  }
}

function listenOrRefuse(socket: BareSocket, path: string, backlog: number): void {
  try {
    socket.listen(backlog, { path })
  } catch (error) {
    if (!isInUse(error) || isAbstract(path)) throw error
    const advise = (_: Occupant, found: Finding): Finding =>
      found.stale ? { ...found, why: `${found.why}; staleSocket: 'remove' replaces it` } : found
    throw inUse(path, lookAt(path, advise) as Finding)
  }
}

/** How much of a file's name goes into the name of its turn: the name of a Unix socket has 108 bytes. */
const nameLength = 48

/** The abstract name that stands for a path, the same for all ways to write it. */
function turnName(path: string): string {
  try {
    const { dev, ino } = statSync(dirname(path), { bigint: true })
    const name = Buffer.from(basename(path)).subarray(-nameLength).toString('base64')
    return `\0sockctl/${dev.toString(36)}.${ino.toString(36)}/${name}`
  } catch (error) {
    throw systemError((error as SystemError).errno, 'bind', { address: path })
  }
}

/**
 * Takes the turn at a path, which one process at a time can have: an abstract name, which the kernel frees when its
 * holder ends, however that comes about.
 */
function takeTurn(path: string): BareSocket {
  const name = turnName(path)
  const turn = new BareSocket('unix', 'datagram')
  try {
    turn.bind({ path: name })
    return turn
  } catch (error) {
    turn.close()
    throw isInUse(error) ? inUse(path, { stale: undefined, why: 'another process is about to listen there' }) : error
  }
}

function listenOrReplace(socket: BareSocket, path: string, backlog: number): void {
  // From before the first bind until it listens: another process must not see it in between, and take it for stale.
  const turn = takeTurn(path)
  try {
    socket.listen(backlog, { path })
  } catch (error) {
    if (!isInUse(error)) throw error
    const obstacle = lookAt(path, (occupant, found) => (found.stale ? removeStale(occupant, path) : found))
    if (obstacle) throw inUse(path, obstacle)
    listenOrRefuse(socket, path, backlog)
  } finally {
    turn.close()
  }
}

/** How to listen at a path. */
export interface PathRequest {
  readonly backlog: number
  readonly staleSocket: StalePolicy
}

/**
 * Binds to a path and listens.
 *
 * @throws a `PathInUseError`; a system error of `bind` or `listen`
 */
export function listenAtPath(socket: BareSocket, path: string, { backlog, staleSocket }: PathRequest): void {
  if (staleSocket === 'remove' && !isAbstract(path)) listenOrReplace(socket, path, backlog)
  else listenOrRefuse(socket, path, backlog)
}
