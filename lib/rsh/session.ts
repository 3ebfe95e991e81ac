import type net from 'node:net'
import { AnswerReader } from './answer.js'
import { Connection } from './connection.js'
import {
  callError,
  type Party,
  type RshError,
  type RshErrorCode,
  type RshPhase,
  rshError,
  shownText,
} from './errors.js'
import type { Claim } from './listener.js'
import { listeners, type Place } from './listeners.js'
import { obtain } from './obtain.js'
import { Phases } from './phases.js'
import { RefusalFilter } from './refusal.js'
import { reportOf } from './report.js'
import type { RshRequest } from './request.js'
import type { Channel, Sink } from './sink.js'
import { openSource, type Source, type Target, waitForSource } from './source.js'
import type { WaitInfo } from './types.js'

/** How many pieces of output are kept while the second connection is still to come. */
const mostEarly = 4
const nothing = new Uint8Array(0)

type Detail = Partial<Pick<RshError, 'form' | 'remoteText' | 'phase'>>

/** One command on one address: connects, asks, and hands on what comes until both channels have ended. */
export class Session implements Claim {
  readonly #request: RshRequest
  readonly #target: Target
  readonly #party: Party
  readonly #sink: Sink
  readonly #phases: Phases
  readonly #reader = new AnswerReader()
  readonly #filter: RefusalFilter
  readonly #begun = performance.now()
  #source: Source | undefined
  #place: Place | undefined
  /** Lets the listeners go. */
  #release: (() => void) | undefined
  #main: Connection | undefined
  #back: Connection | undefined
  #cancelWait: (() => void) | undefined
  #refusedBack: string | undefined
  /** The channels that are stopped until whoever reads them has caught up. */
  readonly #stopped = new Set<Channel>()
  #state: 'before' | 'asked' | 'accepted' | 'running' | 'over' = 'before'
  #open = 0
  /** What came behind the answer, while the second connection was still to come. */
  readonly #early: Uint8Array[] = []
  #mainEnded = false
  #wasConnected = false

  constructor(request: RshRequest, host: string, target: Target, sink: Sink) {
    this.#request = request
    this.#target = target
    this.#party = { host, address: target.address, port: target.port }
    this.#sink = sink
    this.#filter = new RefusalFilter(request.refusals)
    this.#phases = new Phases(request, (phase, ms) => this.#expired(phase, ms))
  }

  /** The address that the command is for. */
  get address(): string {
    return this.#target.address
  }

  get strict(): boolean {
    return this.#request.backAddress === 'dialled'
  }

  /** The reserved port, once there is a connection. */
  get localPort(): number {
    return this.#source?.localPort ?? 0
  }

  /** Whether a connection was made, so that no other address of the host need be tried. */
  get wasConnected(): boolean {
    return this.#wasConnected
  }

  start(): void {
    this.#phases.begin('port')
    this.#cancelWait = obtain<Source>({
      take: () => {
        if (this.#request.separate) this.#release ??= listeners[this.#target.family].reserve()
        return openSource(this.#target)
      },
      wait: (again) => {
        const { cancel, ...info } = waitForSource(this.#target, again)
        this.#waits({ reason: 'port', ...info })
        return cancel
      },
      got: (source) => this.#connect(source),
      failed: (error) => this.#finish(error),
    })
  }

  /** Cuts the command short. */
  abort(error: Error): void {
    this.#finish(error)
  }

  /** Writes to the command's input. */
  write(chunk: Uint8Array, callback: (error?: Error | null) => void): void {
    if (this.#main && this.#state === 'running') this.#main.write(chunk, callback)
    else callback()
  }

  /** Ends the command's input. */
  endInput(callback?: () => void): void {
    if (this.#main && this.#state === 'running') this.#main.end(callback)
    else callback?.()
  }

  /** Sends a byte over the second connection; false where there is none, or none any more. */
  signal(number: number): boolean {
    if (!this.#back || this.#back.hasEnded || this.#state !== 'running') return false
    this.#back.write(Uint8Array.of(number))
    return true
  }

  /** Has a channel that was stopped go on. */
  resume(channel: Channel): void {
    if (this.#stopped.delete(channel)) this.#phases.refresh()
    if (channel === 'stdout') this.#main?.resume()
    else this.#back?.resume()
  }

  /** Tells of a wait, once it can be ended: whoever is told may end it. */
  #waits(info: Pick<WaitInfo, 'reason' | 'used' | 'nextMs'>): void {
    const { onWait } = this.#request
    if (!onWait) return
    queueMicrotask(() => {
      if (this.#state === 'over') return
      try {
        onWait({ host: this.#party.host, address: this.#target.address, ...info })
      } catch (error) {
        this.#finish(error as Error)
      }
    })
  }

  #connect(source: Source): void {
    this.#source = source
    this.#state = 'asked'
    this.#phases.begin('connect')
    const main = Connection.connecting(source.socket, {
      data: (chunk) => this.#heard(chunk),
      ended: () => this.#ended(),
      broken: (error) => this.#broken(error, 'stdout'),
    })
    this.#main = main
    // Nothing can be written before the connection is made, be it nothing at all.
    main.write(nothing, (error) => {
      if (!error && this.#state === 'asked') this.#connected(main)
    })
  }

  #connected(main: Connection): void {
    this.#wasConnected = true
    if (!this.#request.separate) {
      this.#ask(main)
      return
    }
    // Not earlier: a host that does not answer would keep the place from others.
    const { [this.#target.family]: own } = listeners
    this.#phases.begin('port')
    this.#cancelWait = obtain<Place>({
      take: () => own.claim(this),
      wait: (again) => {
        this.#waits({ reason: 'listener', used: own.size, nextMs: undefined })
        return own.wait(again)
      },
      got: (place) => {
        this.#place = place
        this.#ask(main)
      },
      failed: (error) => this.#finish(error),
    })
  }

  #ask(main: Connection): void {
    this.#phases.begin('reply')
    if (this.#place) this.#phases.beginBack()
    main.write(`${this.#place?.port ?? 0}\0${this.#request.words}`)
  }

  take(socket: net.Socket): void {
    this.#phases.endBack()
    this.#back = Connection.accepted(socket, {
      data: (chunk) => this.#print('stderr', chunk),
      ended: () => this.#channelEnded('stderr'),
      broken: (error) => this.#broken(error, 'stderr'),
    })
    this.#place?.leave()
    if (this.#state === 'accepted') this.#run()
  }

  refuse(reason: string): void {
    this.#refusedBack = reason
    if (this.#state === 'accepted') this.#noChannel()
  }

  #heard(chunk: Uint8Array): boolean {
    if (this.#state === 'running') return this.#print('stdout', chunk)
    if (this.#state === 'accepted') return this.#keep(chunk)
    if (this.#state !== 'asked') return false
    this.#wasConnected = true
    const answer = this.#reader.read(chunk)
    const isEarly = this.#request.separate && !this.#place
    if (answer.kind === 'strange') this.#strange(answer.text)
    else if (answer.kind === 'yes' && isEarly) this.#strange('\0')
    else if (answer.kind === 'no') this.#refused(answer.text)
    else if (answer.kind === 'yes') return this.#accepted(answer.rest)
    return this.#state === 'asked'
  }

  #accepted(rest: Uint8Array): boolean {
    this.#state = 'accepted'
    const goesOn = this.#keep(rest)
    // The second connection was made before the server said yes; its listener may tell of it only in this turn.
    if (!this.#place || this.#back) return this.#run()
    setImmediate(() => {
      if (this.#state === 'accepted' && this.#refusedBack) this.#noChannel()
    })
    return goesOn
  }

  /** Keeps what comes before its time, as long as it is little. */
  #keep(chunk: Uint8Array): boolean {
    if (chunk.length > 0) this.#early.push(Uint8Array.from(chunk))
    return this.#early.length < mostEarly
  }

  #run(): boolean {
    this.#state = 'running'
    this.#open = this.#back ? 2 : 1
    if (this.#request.silenceTimeout > 0) this.#phases.begin('silence')
    else this.#phases.end()
    this.#sink.started()
    let goesOn = true
    for (const chunk of this.#early.splice(0)) goesOn = this.#print('stdout', chunk)
    this.#back?.resume()
    if (this.#mainEnded) this.#channelEnded('stdout')
    else if (goesOn) this.#main?.resume()
    return goesOn
  }

  #print(channel: Channel, chunk: Uint8Array): boolean {
    if (this.#state !== 'running') return false
    this.#phases.refresh()
    const passed = this.#filter.pass(channel, chunk)
    if (passed === undefined || this.#sink.data(channel, passed)) return true
    this.#stopped.add(channel)
    return false
  }

  #ended(): void {
    if (this.#state === 'running') {
      this.#channelEnded('stdout')
      return
    }
    if (this.#state === 'accepted') {
      // Its second connection may have come in this very turn.
      this.#mainEnded = true
      setImmediate(() => {
        if (this.#state === 'accepted') this.#noChannel()
      })
      return
    }
    this.#wasConnected = true
    const answer = this.#reader.end()
    if (answer.kind === 'no') this.#refused(answer.text)
    else this.#silent('end')
  }

  #channelEnded(channel: Channel): void {
    if (this.#state !== 'running') return
    this.#open--
    // What may be a refusal is one if nothing comes on the other channel either.
    if (channel === 'stderr' || !this.#filter.mayRefuse) this.#tellEnd(channel)
    if (this.#open > 0) return
    const text = this.#filter.refusal
    if (text === undefined) {
      if (this.#filter.isHolding) this.#tellEnd('stdout')
      this.#finish(undefined)
    } else {
      this.#fail('ERR_SOCKCTL_RSH_REFUSED', `refused: ${shownText(text)}`, { form: 'text', remoteText: text })
    }
  }

  #tellEnd(channel: Channel): void {
    const held = channel === 'stdout' ? this.#filter.release() : undefined
    if (held) this.#sink.data(channel, held)
    this.#sink.ended(channel)
  }

  #broken(error: NodeJS.ErrnoException, channel: Channel): void {
    if (this.#state === 'running') {
      this.#fail('ERR_SOCKCTL_RSH_CUT', `the connection of ${channel} broke while the command ran (${error.code})`)
    } else if (channel === 'stderr') {
      this.#refusedBack = `it broke (${error.code})`
      this.#noChannel()
    } else if (!this.#wasConnected && error.code !== 'ECONNRESET' && error.code !== 'EPIPE') {
      const { address, port } = this.#party
      this.#finish(callError(error.errno ?? 0, 'connect', { address, port }))
    } else if (this.#state === 'accepted') {
      this.#fail('ERR_SOCKCTL_RSH_CUT', `the connection broke as the command began (${error.code})`)
    } else {
      const answer = this.#reader.end()
      if (answer.kind === 'no') this.#refused(answer.text)
      else this.#silent('reset')
    }
  }

  #refused(text: string): void {
    this.#fail('ERR_SOCKCTL_RSH_REFUSED', `refused: ${shownText(text)}`, { form: 'line', remoteText: text })
  }

  #strange(text: string): void {
    const what = `the server does not speak rsh: ${shownText(text)}`
    this.#fail('ERR_SOCKCTL_RSH_PROTOCOL', what, { remoteText: text })
  }

  #silent(form: 'end' | 'reset'): void {
    const how = form === 'end' ? 'closed' : 'reset'
    const back = this.#refusedBack ? ` Its connection for stderr was refused: ${this.#refusedBack}.` : ''
    const hint = `servers do so to clients that they do not know${this.#place ? ', and where the connection for stderr fails' : ''}`
    this.#fail('ERR_SOCKCTL_RSH_REFUSED', `the server ${how} the connection without a word: ${hint}.${back}`, { form })
  }

  #noChannel(): void {
    const reason = this.#refusedBack ?? 'it never came'
    const advice = `; stderr: 'joined' does without`
    this.#fail('ERR_SOCKCTL_RSH_CHANNEL', `no second connection for stderr: ${reason}${advice}`)
  }

  #expired(phase: RshPhase, ms: number): void {
    if (phase === 'back' && this.#refusedBack) {
      this.#noChannel()
      return
    }
    if (phase === 'silence' && this.#stopped.size > 0) {
      // Who is not listened to cannot be silent.
      this.#phases.begin('silence')
      return
    }
    const what = {
      port: 'no reserved port became free',
      connect: 'no connection',
      back: 'no second connection for stderr came',
      reply: 'the server said neither yes nor no',
      silence: 'the command printed nothing',
      command: 'the command did not end',
    }[phase]
    this.#fail('ERR_SOCKCTL_RSH_TIMEOUT', `${what} in ${ms} ms`, { phase })
  }

  #fail(code: RshErrorCode, what: string, detail?: Detail): void {
    this.#finish(rshError(code, this.#party, what, detail))
  }

  #finish(error: Error | undefined): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#phases.end()
    this.#cancelWait?.()
    this.#place?.leave()
    this.#release?.()
    for (const connection of [this.#main, this.#back]) {
      if (error) connection?.reset()
      else connection?.close()
    }
    const report = reportOf(this.#begun, this.#main, this.#back)
    this.#source?.release(this.#main?.first === 'local')
    if (error) this.#sink.failed(error, report)
    else this.#sink.done(report)
  }
}
