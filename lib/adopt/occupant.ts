import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs'
import { basename, isAbsolute } from 'node:path'
import type { SystemError } from '../errors.js'
import { BareSocket } from '../sockets/index.js'

/** What is known about the file that is in the way of a Unix socket. */
export interface Finding {
  /** Whether it is a socket that nobody listens at, nor ever will; undefined where that is not known. */
  readonly stale: boolean | undefined
  /** The reason, for people. */
  readonly why: string
}

/** O_PATH of open(2), which Node has no name for: a descriptor that stands for a file of any kind, and opens none. */
const openPath = 0o10000000

const findings: Readonly<Record<string, Finding>> = {
  EAGAIN: { stale: false, why: 'a server listens there, its queue is full' },
  EPROTOTYPE: { stale: false, why: 'a socket of another type is bound there' },
}

/** A line of /proc/net/unix with a path: the state is the sixth field, the path all that comes after the seventh. */
const boundForm = /^(?:\S+ +){5}(\S+) +\S+ (.+)$/
/** The state of a socket that listens, or is bound and not connected; one that a server accepted has its path too. */
const unconnected = '01'

/** The paths that this network namespace's Unix sockets are bound to, as they were given, but for connected ones. */
function boundPaths(): string[] {
  const lines = readFileSync('/proc/thread-self/net/unix', 'utf8').split('\n')
  return lines.flatMap((line) => {
    const [, state, path] = boundForm.exec(line) ?? []
    return path !== undefined && state === unconnected ? [path] : []
  })
}

/**
 * The file that is in the way of a Unix socket, held: until it is disposed of, no other file can get its number, and all
 * that is asked is asked of this very file, whatever happens to its path. A socket's file that once has no socket will
 * never have one, since each bind makes a file of its own.
 */
export class Occupant implements Disposable {
  readonly #path: string
  readonly #fd: number
  readonly #stats: BigIntStats

  /** @throws a system error of `open`: ENOENT where the file is gone */
  constructor(path: string) {
    this.#path = path
    this.#fd = openSync(path, openPath | constants.O_NOFOLLOW)
    this.#stats = fstatSync(this.#fd, { bigint: true })
  }

  /** Whether this process may put the file back, should it turn out that it must not be removed. */
  get isOwn(): boolean {
    const user = process.geteuid?.()
    return user === 0 || this.#stats.uid === BigInt(user ?? -1)
  }

  /** Whether the file is at a path. */
  isAt(path: string): boolean {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    return stats?.ino === this.#stats.ino && stats.dev === this.#stats.dev
  }

  /** Finds out whether somebody listens, by connecting; a server sees a connection that ends at once. */
  examine(): Finding {
    if (!this.#stats.isSocket()) return { stale: undefined, why: 'it is not a socket' }
    try {
      this.#knock()
      return { stale: false, why: 'a server listens there' }
    } catch (error) {
      const { code } = error as SystemError
      if (code === 'ECONNREFUSED') return this.#findBound()
      return findings[code] ?? { stale: undefined, why: `whether a server listens there is not known (${code})` }
    }
  }

  #knock(): void {
    const socket = new BareSocket('unix')
    try {
      socket.connect({ path: `/proc/self/fd/${this.#fd}` })
    } finally {
      socket.close()
    }
  }

  /** A server between bind and listen refuses connections too. */
  #findBound(): Finding {
    try {
      if (!boundPaths().some((path) => this.#mayBe(path))) return { stale: true, why: 'nobody listens there any more' }
    } catch (error) {
      const { code } = error as SystemError
      return { stale: undefined, why: `nobody listens there, now or any more, which /proc does not tell (${code})` }
    }
    return { stale: undefined, why: 'a socket is bound there that does not listen, or not yet' }
  }

  #mayBe(path: string): boolean {
    try {
      if (isAbsolute(path)) return this.isAt(path)
    } catch {
      // It is in a folder that this user may not look into.
    }
    return basename(path) === basename(this.#path)
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd)
  }
}
