import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** What may be asked of the page's server, and by whom. */
export class Guard {
  readonly #token: Buffer
  readonly #hosts: ReadonlySet<string>

  constructor(token: string, port: number) {
    this.#token = digest(token)
    this.#hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`])
  }

  /**
   * Checks a request: its method, that Host is this server's (a name that somebody points at 127.0.0.1 is not), that no
   * other page asks, and the token, in constant time.
   *
   * @returns the path after the token, or the status to refuse with
   */
  check({ method, headers, url = '' }: IncomingMessage): { path: string; query: URLSearchParams } | number {
    const { host = '', origin } = headers
    if (method !== 'GET') return 405
    if (!this.#hosts.has(host)) return 403
    if (origin !== undefined && origin !== `http://${host}`) return 403
    // Not by `new URL`, which throws for what anybody may send, such as `//`.
    const [, pathname = '', search] = /^([^?]*)(.*)$/.exec(url) ?? []
    const [, token = '', ...rest] = pathname.split('/')
    if (!timingSafeEqual(digest(token), this.#token)) return 404
    return { path: rest.join('/'), query: new URLSearchParams(search) }
  }
}
