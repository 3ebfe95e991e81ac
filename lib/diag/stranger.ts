import { type ChildProcess, fork } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { packageRoot } from '../root.js'
import type { ContenderPlan, Contention } from './contender.js'

/** What the parent asks of the other user's process. */
export type StrangerRequest =
  | { readonly do: 'contend'; readonly plan: ContenderPlan; readonly port: number }
  | { readonly do: 'close' }

/** Why the other user's process could not do what it was asked: a system error has its code and its call. */
export interface StrangerFailure {
  readonly say: 'failed'
  readonly reason: string
  readonly code?: string | undefined
  readonly syscall?: string | undefined
}

/** What the other user's process answers, and what it says of its own accord. */
export type StrangerReport =
  | { readonly say: 'ready' }
  | { readonly say: 'contends'; readonly contention: Contention }
  | { readonly say: 'received' }
  | { readonly say: 'closed' }
  | StrangerFailure

// From the built package, wherever this file itself was loaded from: a child takes no TypeScript.
const program = fileURLToPath(new URL('dist/diag/stranger-program.js', packageRoot))

/** A process of another user that makes the second socket; emits 'received' for what that socket gets. */
export class Stranger extends EventEmitter<{ received: [] }> {
  readonly #child: ChildProcess
  readonly #reports = new EventEmitter()
  readonly #ready: Promise<unknown>

  /** @param uid the user and group that the process becomes */
  constructor(uid: number) {
    super()
    this.#child = fork(program, [String(uid)], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    this.#child.on('message', (report: StrangerReport) => {
      if (report.say === 'received') this.emit('received')
      else this.#reports.emit('report', report)
    })
    this.#child.on('error', (error) => this.#reports.emit('report', { say: 'failed', reason: error.message }))
    this.#child.on('exit', () => this.#reports.emit('report', { say: 'failed', reason: 'the process ended' }))
    this.#ready = this.#next('ready')
    this.#ready.catch(() => {})
  }

  /**
   * Waits until the process has become the other user.
   *
   * @throws (rejects) a system error where it could not
   */
  async ready(): Promise<void> {
    try {
      await this.#ready
    } catch (error) {
      throw Object.assign(error as Error, { syscall: 'setuid' })
    }
  }

  /** Makes the second socket, binds it, and listens. */
  async contend(plan: ContenderPlan, port: number): Promise<Contention> {
    this.#child.send({ do: 'contend', plan, port } satisfies StrangerRequest)
    const { contention } = await this.#next('contends')
    return contention
  }

  async close(): Promise<void> {
    this.#child.send({ do: 'close' } satisfies StrangerRequest)
    await this.#next('closed')
  }

  /** Ends the process. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }

  async #next<Say extends StrangerReport['say']>(say: Say): Promise<Extract<StrangerReport, { say: Say }>> {
    const [report] = (await once(this.#reports, 'report')) as [StrangerReport]
    if (report.say === say) return report as Extract<StrangerReport, { say: Say }>
    if (report.say !== 'failed') throw new Error(`The other user's process: ${report.say}`)
    const { reason, code, syscall } = report
    throw Object.assign(new Error(`The other user's process: ${reason}`), { code, syscall })
  }
}
