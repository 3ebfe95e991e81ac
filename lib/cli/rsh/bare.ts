import type { HostResult } from '../../rsh.js'
import { type Outcome, outcomeOf, type Printer } from './printer.js'
import type { Progress } from './progress.js'
import { write } from './write.js'

/** Prints the output of each host as it is, once that is whole. */
export class BarePrinter implements Printer {
  readonly #takesStatus: boolean
  readonly #progress: Progress

  constructor(takesStatus: boolean, progress: Progress) {
    this.#takesStatus = takesStatus
    this.#progress = progress
  }

  async result(result: HostResult): Promise<Outcome> {
    const outcome = outcomeOf(result, this.#takesStatus)
    this.#progress.clear()
    await write(process.stdout, outcome.stdout)
    await write(process.stderr, outcome.stderr)
    return outcome
  }

  end(): void {}
}
