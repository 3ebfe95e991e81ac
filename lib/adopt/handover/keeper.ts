import { EventEmitter } from 'node:events'
import net from 'node:net'
import { isListening } from '../../handle/adopt.js'
import { fdOf } from '../../handle.js'
import { listen } from '../listen.js'
import { leavePath } from '../path.js'
import { countConnections, depart } from './departure.js'
import { expectStep, giveUp, handoverError, say } from './lines.js'
import { authenticate, type HandoverPeer, type PeerRefusedError } from './peer.js'
import { closeAll, duplicateAll, type ReceivedSocket } from './received.js'
import { sendBatches } from './send.js'
import { Steps, type TakeoverStep } from './steps.js'
import { ownName, type TakeoverRequest } from './takeover-request.js'

/** How a process left whose servers another one took over. */
export interface LeaveReport {
  /** Who serves now. */
  readonly successor: HandoverPeer
  /** How many connections this process had when it stopped accepting. */
  readonly connections: number
  /** How many of them did not end in time, and were ended. */
  readonly cut: number
  /** What happened, and when. */
  readonly steps: readonly TakeoverStep[]
}

/** The most processes that may knock at a time. */
const mostVisitors = 16

type Kept = ReadonlyMap<string, ReceivedSocket>

/**
 * The side of a takeover that has the servers: it waits at the path for the process that takes them over.
 *
 * It keeps a duplicate of each socket until it leaves. So it can go on where it stopped, should the new process die.
 */
export class Keeper extends EventEmitter {
  /** What waits at the path. */
  readonly control = net.createServer((channel) => this.#admit(channel))
  readonly #request: TakeoverRequest
  readonly #visitors = new Set<net.Socket>()
  #successor: HandoverPeer | undefined
  /** The channel to the process that serves now. */
  #departing: net.Socket | undefined
  #isStopped = false
  #open = () => {}
  readonly #started = new Promise<void>((resolve) => {
    this.#open = resolve
  })
  /** Runs once another process serves, and it is up to that one, and no more to those before this one, to go on. */
  onRelieved = () => {}
  #finish: (report: LeaveReport | Promise<never>) => void = () => {}
  /**
   * Resolves when another process has taken over, and all connections of this one have ended; rejects then with what the
   * program's own `leave` failed with.
   */
  readonly left = new Promise<LeaveReport>((resolve) => {
    this.#finish = resolve
  })

  constructor(request: TakeoverRequest) {
    super()
    this.#request = request
    this.control.maxConnections = mostVisitors
    // It is the servers that keep the process running.
    this.control.unref()
  }

  /** Tells that the servers have started: until then there is nothing to give, and whoever knocks waits. */
  open(): void {
    this.#open()
  }

  /** Waits at the path no more, and sends away who waits there. Who serves already goes on being told. */
  stop(): void {
    this.#isStopped = true
    // The file is the new process's, if there is one.
    if (this.#successor) leavePath(this.control)
    if (isListening(this.control)) this.control.close()
    this.#dismiss()
  }

  #dismiss(): void {
    for (const channel of this.#visitors) {
      if (channel === this.#departing) continue
      channel.destroy()
      this.#visitors.delete(channel)
    }
  }

  #admit(channel: net.Socket): void {
    channel.on('error', () => {})
    this.#visitors.add(channel)
    channel.once('close', () => this.#visitors.delete(channel))
    let peer: HandoverPeer
    try {
      peer = authenticate(channel, this.#request.allow)
    } catch (error) {
      giveUp(channel, error)
      // What else `allow` throws is nobody's.
      if (error instanceof Error && 'peer' in error) this.emit('refused', (error as PeerRefusedError).peer)
      return
    }
    this.#hearOut(channel, peer).catch((error) => {
      const wasSentAway = !this.#visitors.has(channel) && !isListening(this.control)
      giveUp(channel, error)
      if (!wasSentAway) this.emit('failed', error, peer)
    })
  }

  async #hearOut(channel: net.Socket, peer: HandoverPeer): Promise<void> {
    await this.#started
    const steps = new Steps('old', this.#request.path)
    let kept: Kept | undefined
    const collect = () => {
      const { pid } = this.#successor ?? {}
      if (pid !== undefined) throw handoverError(`Another takeover is under way, by process ${pid}`)
      kept = this.#duplicate()
      this.#successor = peer
      return kept
    }
    try {
      await this.#handOver(channel, collect, steps)
      await this.#leave(channel, kept as unknown as Kept, peer, steps)
    } catch (error) {
      if (steps.taken.length > 0) steps.take('kept')
      throw error
    } finally {
      const own = kept as Kept | undefined
      if (own) {
        closeAll(own.values())
        this.#successor = undefined
      }
    }
  }

  #duplicate(): Kept {
    // One that the program has closed is not there to be given.
    const running = [...this.#request.members].filter(([, { isRunning }]) => isRunning)
    const fds = running.map(([name, { fd }]) => [name, fd] as const)
    return duplicateAll(new Map([...fds, [ownName, fdOf(this.control)]]))
  }

  /** Gives the sockets, and waits until the new process serves. */
  async #handOver(channel: net.Socket, collect: () => Kept, steps: Steps): Promise<void> {
    const { readyTimeout, timeout, members } = this.#request
    // In the turn in which they are asked for, so that there is no step before the new process has them.
    await sendBatches(channel, { collect, onGiven: () => steps.take('given') }, { timeout })
    steps.take('received')
    await expectStep(channel, 'ready', { timeout: readyTimeout })
    steps.take('ready')
    say(channel, { step: 'go', connections: countConnections(members) })
    steps.take('confirmed')
    // For as long as it lives: it may serve by now, and two that go on would be two for ever.
    await expectStep(channel, 'serving', { timeout: 0 })
    this.onRelieved()
    steps.take('relieved')
  }

  async #leave(channel: net.Socket, kept: Kept, successor: HandoverPeer, steps: Steps): Promise<void> {
    const { members } = this.#request
    this.#departing = channel
    for (const member of members.values()) member.stop()
    leavePath(this.control)
    this.control.close()
    steps.take('stopped')
    const departing = depart(channel, this.#request, () => !this.#isStopped)
    say(channel, { step: 'draining', connections: countConnections(members) })
    steps.take('draining')
    const { outcome, connections, failure } = await departing
    this.#departing = undefined
    if (outcome === 'gone') return this.#resume(kept, steps)
    steps.take('drained')
    let cut = 0
    for (const member of members.values()) cut += member.close()
    steps.take('left')
    say(channel, { step: 'left', connections, cut })
    this.#visitors.delete(channel)
    channel.end()
    this.#dismiss()
    const report = { successor, connections, cut, steps: steps.taken }
    this.#finish(failure ? Promise.reject(failure.error) : report)
  }

  /** Takes up the servers again that the new process died with. */
  async #resume(kept: Kept, steps: Steps): Promise<void> {
    const { members } = this.#request
    const own = kept.get(ownName) as ReceivedSocket
    const resumed = [...members].map(async ([name, member]) => {
      const socket = kept.get(name)
      if (socket) await member.resume(socket)
    })
    await Promise.all([...resumed, listen(this.control, { socket: own })])
    steps.take('resumed')
    this.emit('resumed')
  }
}
