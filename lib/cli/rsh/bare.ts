import type { HostResult } from '../../rsh.js'
import { type Outcome, outcomeOf, type Printer } from './printer.js'
import type { Progress } from './progress.js'
import { write } from './write.js'

const lineFeed = 10

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
    for (const channel of ['stdout', 'stderr'] as const) {
      const { [channel]: output } = outcome
      await write(process[channel], output)
      if (output.length > 0 && output.at(-1) !== lineFeed && process[channel].isTTY) this.#progress.leaveLine()
    }
    return outcome
  }

  end(): void {}
}
