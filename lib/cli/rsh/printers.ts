import type { HostResult } from '../../rsh.js'
import { say } from '../print.js'
import { Lines } from './lines.js'
import type { Progress } from './progress.js'
import { foldHosts } from './ranges.js'
import { StatusFilter } from './status.js'
import { write } from './write.js'

type Channel = 'stdout' | 'stderr'

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

function outcomeOf(result: HostResult, takesStatus: boolean): Outcome {
  if (!takesStatus) return result
  const filter = new StatusFilter()
  const stdout = filter.push(result.stdout)
  const { status, rest } = filter.end()
  return { ...result, stdout: Buffer.concat([stdout, rest]), status }
}

/** What is being printed of a host. */
class HostLines {
  readonly status: StatusFilter | undefined
  readonly #lines: Record<Channel, Lines>

  constructor(host: string, takesStatus: boolean) {
    this.status = takesStatus ? new StatusFilter() : undefined
    this.#lines = { stdout: new Lines(`${host}: `), stderr: new Lines(`${host}: `) }
  }

  push(channel: Channel, chunk: Buffer): Buffer {
    const output = this.status && channel === 'stdout' ? this.status.push(chunk) : chunk
    return this.#lines[channel].push(output)
  }

  end(channel: Channel, rest: Buffer): Buffer {
    return Buffer.concat([this.#lines[channel].push(rest), this.#lines[channel].end()])
  }
}

/** Prints each line as it comes, with the host before it. */
export class PrefixPrinter implements Printer {
  readonly #hosts = new Map<string, HostLines>()
  readonly #takesStatus: boolean
  readonly #progress: Progress

  constructor(takesStatus: boolean, progress: Progress) {
    this.#takesStatus = takesStatus
    this.#progress = progress
  }

  #of(host: string): HostLines {
    const lines = this.#hosts.get(host) ?? new HostLines(host, this.#takesStatus)
    this.#hosts.set(host, lines)
    return lines
  }

  readonly onData = (host: string, channel: Channel, chunk: Buffer): Promise<void> | undefined =>
    this.#write(channel, this.#of(host).push(channel, chunk))

  #write(channel: Channel, bytes: Buffer): Promise<void> | undefined {
    if (bytes.length === 0) return undefined
    this.#progress.clear()
    return write(process[channel], bytes)
  }

  async result(result: HostResult): Promise<Outcome> {
    const lines = this.#hosts.get(result.host)
    this.#hosts.delete(result.host)
    const { status, rest } = lines?.status?.end() ?? { status: undefined, rest: Buffer.alloc(0) }
    if (lines) {
      await this.#write('stdout', lines.end('stdout', rest))
      await this.#write('stderr', lines.end('stderr', Buffer.alloc(0)))
    }
    return this.#takesStatus ? { ...result, status } : result
  }

  end(): void {}
}

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

/** Prints each output once, under the hosts that all gave it. */
export class GroupPrinter implements Printer {
  readonly #groups = new Map<string, { stdout: Buffer; stderr: Buffer; hosts: string[] }>()
  readonly #takesStatus: boolean

  constructor(takesStatus: boolean) {
    this.#takesStatus = takesStatus
  }

  result(result: HostResult): Outcome {
    const outcome = outcomeOf(result, this.#takesStatus)
    const { stdout, stderr, host } = outcome
    if (stdout.length + stderr.length === 0) return outcome
    const key = `${stdout.length} ${stdout.toString('latin1')}${stderr.toString('latin1')}`
    const group = this.#groups.get(key)
    if (group) group.hosts.push(host)
    else this.#groups.set(key, { stdout, stderr, hosts: [host] })
    return outcome
  }

  end(): void {
    const rule = '-'.repeat(16)
    for (const { stdout, stderr, hosts } of this.#groups.values()) {
      say(`${rule}\n${foldHosts(hosts)}\n${rule}`)
      for (const output of [stdout, stderr]) {
        process.stdout.write(output)
        if (output.length > 0 && output.at(-1) !== 10) say()
      }
    }
  }
}

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
