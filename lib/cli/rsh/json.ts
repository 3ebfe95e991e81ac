import type { HostResult } from '../../rsh.js'
import { say } from '../print.js'
import { type Outcome, outcomeOf, type Printer } from './printer.js'
import { write } from './write.js'

/** Prints an array with an object for each host, as they come. */
export class JsonPrinter implements Printer {
  readonly #takesStatus: boolean
  #count = 0

  constructor(takesStatus: boolean) {
    this.#takesStatus = takesStatus
  }

  async result(result: HostResult): Promise<Outcome> {
    const outcome = outcomeOf(result, this.#takesStatus)
    const { host, ok, stdout, stderr, error, ...rest } = outcome
    const { message, code } = (error ?? {}) as NodeJS.ErrnoException
    const said = error && { message, code }
    const value = { host, ok, stdout: stdout.toString(), stderr: stderr.toString(), error: said, ...rest }
    await write(process.stdout, Buffer.from(`${this.#count++ === 0 ? '[\n' : ',\n'}${JSON.stringify(value)}`))
    return outcome
  }

  end(): void {
    say(this.#count === 0 ? '[]' : '\n]')
  }
}
