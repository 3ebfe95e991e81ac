import { fstatSync } from 'node:fs'
import type net from 'node:net'
import { openProcessSocket } from '../../diag/borrowed.js'
import type { InternetEntry } from '../../diag/entry.js'
import { sockets } from '../../diag/sockets.js'
import type { SystemError } from '../../errors.js'
import { sameListener } from '../../handle/adopt.js'
import type { SocketLike } from '../../handle.js'
import type { Instruction } from '../../options/index.js'
import { attachReuseportProgram, detachReuseportProgram, steerTo } from '../../sockets/index.js'
import { membersOf } from './group.js'
import { findPosition, type Position } from './position.js'
import type { DrainSteering } from './report.js'

// linux/filter.h: a random number as what is loaded from this place (SKF_AD_OFF + SKF_AD_RANDOM).
const randomNumber = 2 ** 32 - 0x1000 + 56
const loadWord = 0x20
const modulo = 0x94
const atLeast = 0x35
const add = 0x04
const backAccumulator = 0x16

/** Spreads new connections over all members but one. */
function steerAway({ index, members }: Position): Instruction[] {
  return [
    { code: loadWord, jt: 0, jf: 0, k: randomNumber },
    { code: modulo, jt: 0, jf: 0, k: members - 1 },
    { code: atLeast, jt: 0, jf: 1, k: index },
    { code: add, jt: 0, jf: 0, k: 1 },
    { code: backAccumulator, jt: 0, jf: 0, k: 0 },
  ]
}

/** Where somebody has taken the program away already, and where none could be attached (MPTCP). */
const noProgram: ReadonlySet<string> = new Set(['ENOENT', 'ERR_SOCKCTL_UNSUPPORTED'])

/** Takes the program away from the group. */
function detach(target: SocketLike): void {
  try {
    detachReuseportProgram(target)
  } catch (error) {
    if (!noProgram.has((error as SystemError).code)) throw error
  }
}

/** Where a socket is open. */
interface Place {
  readonly pid: number
  readonly fd: number
  readonly inode: number
}

function detachThrough({ pid, fd, inode }: Place): boolean {
  using socket = openProcessSocket(pid, fd)
  // The process may have closed it meanwhile, and have another socket by that number.
  if (fstatSync(socket.fd).ino !== inode) return false
  detach(socket)
  return true
}

/** Steers the new connections of a SO_REUSEPORT group away from one of its members. */
export class Steering {
  readonly #server: net.Server
  readonly #isListening: () => boolean
  readonly #listener: InternetEntry
  #members: readonly number[] = []
  #position: Position | undefined
  #isUsed = false
  #undone = true
  #error: SystemError | undefined

  constructor(server: net.Server, listener: InternetEntry) {
    this.#server = server
    this.#isListening = sameListener(server)
    this.#listener = listener
  }

  /** What there is to report. */
  get report(): DrainSteering {
    const members = Math.max(1, this.#members.length)
    const used = this.#isUsed
    return { used, members, index: this.#position?.index, undone: this.#undone, error: this.#error }
  }

  /** Steers away from the listener. False where that is not possible; the group then has no program any more. */
  async begin(): Promise<boolean> {
    const members = membersOf(this.#listener).map(({ inode }) => inode)
    this.#members = members
    this.#isUsed = false
    if (members.length < 2) return false
    this.#undone = false
    try {
      const probing = { server: this.#server, listener: this.#listener, members: members.length }
      this.#position = await findPosition(probing)
      if (!this.#position) return this.#giveUp()
      attachReuseportProgram(this.#server, steerAway(this.#position))
      this.#isUsed = true
      return true
    } catch (error) {
      this.#error = error as SystemError
      return this.#giveUp()
    }
  }

  #giveUp(): false {
    this.undo()
    this.#isUsed = false
    return false
  }

  /**
   * Whether new connections go elsewhere for sure: the index moves when another member closes, and what the program says
   * of it holds no more.
   */
  verify(): boolean {
    const members = new Set(membersOf(this.#listener).map(({ inode }) => inode))
    this.#isUsed &&= this.#members.every((inode) => members.has(inode))
    return this.#isUsed
  }

  /**
   * Steers all to the last member, which takes this listener's index when it closes: the program then means an index that
   * nobody has, with which the kernel spreads connections as without a program.
   */
  prepareClose(): void {
    if (!this.#isUsed || !this.#position) return
    const { index, members } = this.#position
    if (index < members - 1) attachReuseportProgram(this.#server, steerTo(members - 1))
  }

  /**
   * Takes the program away: through the listener or, once that is closed, through another member. It does not throw: what
   * keeps it from doing so is in the report.
   */
  undo(): void {
    if (this.#undone) return
    try {
      const isListening = this.#isListening()
      if (isListening) detach(this.#server)
      this.#undone = isListening || this.#undoThroughOthers()
    } catch (error) {
      this.#error ??= error as SystemError
    }
  }

  /** Takes it away through a descriptor of another member, if this process may use one. Without members there is none. */
  #undoThroughOthers(): boolean {
    const inode = this.#members.filter((one) => one !== this.#listener.inode)
    const entries = sockets({ protocol: 'tcp', state: 'LISTEN', inode, processes: true })
    const places = entries.flatMap((entry) =>
      (entry.owners ?? []).map(({ pid, fd }) => ({ pid, fd, inode: entry.inode })),
    )
    return entries.length === 0 || places.some((place) => this.#detachThrough(place))
  }

  #detachThrough(place: Place): boolean {
    try {
      return detachThrough(place)
    } catch (error) {
      this.#error ??= error as SystemError
      return false
    }
  }
}
