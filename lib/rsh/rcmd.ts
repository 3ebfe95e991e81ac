import { constants } from 'node:os'
import { pipeline, Readable, type Writable } from 'node:stream'
import { abortError, codedError } from '../errors.js'
import { validateInteger, validateOneOf, validateString } from '../validate.js'
import { checkCommand, type Input, type RshRequest } from './request.js'
import type { Session } from './session.js'
import type { Sink } from './sink.js'
import { type Started, startCommand } from './start.js'
import { CommandInput, Output, type Outputs } from './streams.js'
import type { RcmdOptions, RemoteCommand, RemoteReport } from './types.js'

const highestSignal = 255

function signalNumber(signal: NodeJS.Signals | number): number {
  if (typeof signal === 'number') {
    validateInteger(signal, 'signal', 1, highestSignal)
    return signal
  }
  validateOneOf(signal, 'signal', Object.keys(constants.signals) as NodeJS.Signals[])
  return constants.signals[signal]
}

/** A command whose channels are streams. */
class StreamedCommand implements RemoteCommand, Sink {
  readonly completed: Promise<RemoteReport>
  readonly stdin?: Writable
  readonly stdout: Output
  readonly stderr?: Output
  readonly #outputs: Outputs
  readonly #running: () => void
  readonly #refused: (error: Error) => void
  #complete: (report: RemoteReport) => void = () => {}
  #cutShort: (error: Error) => void = () => {}
  #started: Started | undefined
  #input: Input
  #fed: CommandInput | undefined

  constructor(request: RshRequest, running: () => void, refused: (error: Error) => void) {
    this.#running = running
    this.#refused = refused
    this.#input = request.input
    this.stdout = new Output(() => this.#started?.session?.resume('stdout'))
    if (request.separate) this.stderr = new Output(() => this.#started?.session?.resume('stderr'))
    if (request.input === 'stream') this.stdin = new CommandInput(() => this.#session)
    this.#outputs = { stdout: this.stdout, stderr: this.stderr }
    this.completed = new Promise((resolve, reject) => {
      this.#complete = resolve
      this.#cutShort = reject
    })
    this.completed.catch(() => {})
  }

  begin(request: RshRequest, host: string): void {
    this.#started = startCommand(request, { host, port: undefined }, this)
  }

  get address(): string {
    return this.#session.address
  }

  get localPort(): number {
    return this.#session.localPort
  }

  kill(signal: NodeJS.Signals | number = 'SIGTERM'): void {
    const number = signalNumber(signal)
    if (this.#session.signal(number)) return
    throw codedError('ERR_INVALID_STATE', 'Invalid state: there is no second connection to send a signal over')
  }

  destroy(error?: Error | null): void {
    this.#started?.abort(error || codedError('ABORT_ERR', 'The command was destroyed'))
  }

  started(): void {
    this.#running()
    const input = this.#input
    if (input === 'none' || input === 'stream') return
    if (input === 'end') {
      this.#session.endInput()
      return
    }
    const fed = new CommandInput(() => this.#session)
    this.#fed = fed
    // A command that has closed its stdout takes no more, and may go on.
    if (input instanceof Readable) pipeline(input, fed, (error) => error && !fed.isShut && this.destroy(error))
    else fed.end(input)
  }

  data(channel: 'stdout' | 'stderr', chunk: Buffer): boolean {
    const output = this.#outputs[channel]
    // Nobody reads what was destroyed: it is thrown away.
    return !output || output.destroyed || output.push(chunk)
  }

  ended(channel: 'stdout' | 'stderr'): void {
    this.#outputs[channel]?.push(null)
  }

  done(report: RemoteReport): void {
    this.#complete(report)
    this.#endInputs()
  }

  failed(error: Error): void {
    this.#refused(error)
    this.#cutShort(error)
    for (const output of [this.stdout, this.stderr]) output?.destroy(error)
    this.#endInputs()
  }

  /** Lets go of whoever still writes. */
  #endInputs(): void {
    for (const input of [this.stdin, this.#fed]) input?.destroy()
  }

  get #session(): Session {
    const session = this.#started?.session
    if (!session) throw codedError('ERR_INVALID_STATE', 'Invalid state: the command is not there yet')
    return session
  }
}

/**
 * Runs a command on a host over the rsh protocol, from a reserved port.
 *
 * One reserved port serves connections to many hosts at once, with SO_REUSEADDR; the second connections of many commands
 * come to a few shared listeners. This side sends no FIN before the server does, unless the command's input is ended, so
 * that no reserved port is left in TIME_WAIT.
 *
 * @param options where, as whom, what, and how long
 * @returns the command, once the server has said that it runs
 * @throws (rejects) an `RshError` where the server refuses it, says something else or does not answer;
 * `ERR_SOCKCTL_RSH_TIMEOUT` names the phase; a system error of `bind`, `connect` or a lookup: EACCES without the privilege
 * to bind a reserved port; an AbortError
 * @see rcmd(3), rshd(8)
 */
export function rcmd(options: RcmdOptions): Promise<RemoteCommand> {
  return new Promise((resolve, reject) => {
    const request = checkCommand(options)
    validateString(options.host, 'options.host')
    const { signal } = options
    if (signal?.aborted) throw abortError(signal)
    const command: StreamedCommand = new StreamedCommand(request, () => resolve(command), reject)
    const onAbort = () => command.destroy(abortError(signal as AbortSignal))
    signal?.addEventListener('abort', onAbort, { once: true })
    const forget = () => signal?.removeEventListener('abort', onAbort)
    command.completed.then(forget, forget)
    command.begin(request, options.host)
  })
}
