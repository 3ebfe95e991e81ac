import { Connection } from './connection.js'
import { thrown } from './errors.js'
import { listeners, type Place } from './listeners.js'
import { obtain } from './obtain.js'
import type { Ongoing } from './ongoing.js'
import { Reply } from './reply.js'
import { openSource, type Source, waitForSource } from './source.js'
import type { WaitInfo } from './types.js'

const nothing = new Uint8Array(0)

/** Asks a server to run a command: finds a port, connects, and finds a place for the second connection. */
export class Opening {
  readonly #command: Ongoing
  readonly #reply: Reply
  #isWaiting = false

  constructor(command: Ongoing) {
    this.#command = command
    this.#reply = new Reply(command)
  }

  start(): void {
    const command = this.#command
    command.cancelWait = obtain<Source>({
      take: () => {
        if (command.request.separate)
          command.release ??= listeners[command.target.family].reserve(command.target.address)
        return openSource(command.target)
      },
      wait: (again) => {
        const { cancel, ...info } = waitForSource(command.target, again)
        this.#waits({ reason: 'port', ...info })
        return cancel
      },
      got: (source) => this.#connect(source),
      failed: (error) => command.finish(error),
    })
  }

  /** Tells of a wait, once it can be ended: whoever is told may end it. */
  #waits(info: Pick<WaitInfo, 'reason' | 'used' | 'nextMs'>): void {
    const command = this.#command
    const { request, party, phases, target } = command
    if (!this.#isWaiting) phases.begin('port')
    this.#isWaiting = true
    const { onWait } = request
    if (!onWait) return
    queueMicrotask(() => {
      if (command.isOver) return
      try {
        onWait({ host: party.host, address: target.address, ...info })
      } catch (error) {
        command.finish(thrown(error))
      }
    })
  }

  #connect(source: Source): void {
    const command = this.#command
    command.source = source
    this.#isWaiting = false
    command.phases.begin('connect')
    command.main = Connection.connecting(source.socket, this.#reply)
    const isReady = !command.request.separate || this.#claimEarly()
    if (isReady) this.#ask()
    // Nothing can be written before the connection is made, be it nothing at all.
    else command.main.write(nothing, (error) => error || command.isOver || this.#claim())
  }

  /** Waits in a place even before there is a connection, where places are plentiful. */
  #claimEarly(): boolean {
    const command = this.#command
    const own = listeners[command.target.family]
    try {
      command.place = own.isAmple ? own.claim(this.#reply) : undefined
    } catch {
      // What no listener can do is told of when there is a connection.
    }
    return command.place !== undefined
  }

  /** Finds a place once connected: a host that does not answer would keep it from others. */
  #claim(): void {
    const command = this.#command
    command.wasConnected = true
    const own = listeners[command.target.family]
    command.cancelWait = obtain<Place>({
      take: () => own.claim(this.#reply),
      wait: (again) => {
        this.#waits({ reason: 'listener', used: own.size, nextMs: undefined })
        return own.wait(again)
      },
      got: (place) => {
        command.place = place
        this.#ask()
      },
      failed: (error) => command.finish(error),
    })
  }

  /** Writes the request, which goes out as soon as there is a connection. */
  #ask(): void {
    const command = this.#command
    command.main?.write(`${command.place?.port ?? 0}\0${command.request.words}`, (error) => {
      if (error || command.isOver || command.isRunning) return
      command.wasConnected = true
      command.phases.begin('reply')
      if (command.place && !command.back) command.phases.beginBack()
    })
  }
}
