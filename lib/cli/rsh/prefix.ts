import type { HostResult } from '../../rsh.js'
import { Lines } from './lines.js'
import type { Channel, Outcome, Printer } from './printer.js'
import type { Progress } from './progress.js'
import { StatusFilter } from './status.js'
import { write } from './write.js'

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
