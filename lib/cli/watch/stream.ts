import type { ServerResponse } from 'node:http'
import { Census, type Sample } from '../../diag/census.js'
import { Owners, type RowFilter, rowsOf } from './rows.js'
import { period } from './text.js'

/** A page that listens, and what it was sent last. */
interface Listener {
  readonly response: ServerResponse
  readonly filter: RowFilter
  last: string
}

/** What a slow page may have waiting before samples are left out for it. */
const mostWaiting = 2 ** 20

export function filterOf(query: URLSearchParams): RowFilter {
  const port = Number(query.get('port'))
  return {
    port: Number.isInteger(port) && port > 0 ? port : undefined,
    process: query.get('process') ?? '',
    state: query.get('state') ?? '',
  }
}

/** Samples while some page listens, and sends each what changed: server-sent events. */
export class Stream {
  readonly #census = new Census()
  readonly #owners = new Owners()
  readonly #listeners = new Set<Listener>()
  #timer: NodeJS.Timeout | undefined

  add(response: ServerResponse, filter: RowFilter): void {
    const listener: Listener = { response, filter, last: '' }
    this.#listeners.add(listener)
    response.on('close', () => this.#remove(listener))
    this.#send(listener, this.#sample())
    this.#timer ??= setInterval(() => this.#tick(), period)
  }

  #remove(listener: Listener): void {
    this.#listeners.delete(listener)
    if (this.#listeners.size === 0) this.end()
  }

  #sample(): Sample {
    const sample = this.#census.sample()
    this.#owners.learn(sample.live)
    return sample
  }

  #tick(): void {
    const sample = this.#sample()
    for (const listener of this.#listeners) this.#send(listener, sample)
  }

  #send(listener: Listener, sample: Sample): void {
    const { response, filter } = listener
    if (response.writableLength > mostWaiting) return
    const text = JSON.stringify({ counts: sample.counts, rows: rowsOf(sample, this.#owners, filter) })
    if (text === listener.last) return
    listener.last = text
    response.write(`data: ${text}\n\n`)
  }

  end(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
