import type { HostResult } from '../../rsh.js'
import { StatusFilter } from './status.js'

/** A channel of a command's output. */
export type Channel = 'stdout' | 'stderr'

/** What came of a command on a host, with its exit status where that was asked for. */
export interface Outcome extends HostResult {
  readonly status?: number | undefined
}

/** A way of printing what the hosts print. */
export interface Printer {
  /** Takes output as it comes. Where it is missing, results have it whole. */
  readonly onData?: (host: string, channel: Channel, chunk: Buffer) => Promise<void> | undefined
  /** Takes what came of a host; gives it back with what only the output told. */
  result(result: HostResult): Promise<Outcome> | Outcome
  /** Prints what is left. */
  end(): void
}

/** What came of a host whose output is whole, with the status taken off that. */
export function outcomeOf(result: HostResult, takesStatus: boolean): Outcome {
  if (!takesStatus) return result
  const filter = new StatusFilter()
  const stdout = filter.push(result.stdout)
  const { status, rest } = filter.end()
  return { ...result, stdout: Buffer.concat([stdout, rest]), status }
}
