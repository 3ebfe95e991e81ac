import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('server.mjs', import.meta.url))
const longest = 20_000

/** A server in a process of its own, and what it told. */
export class ServerProcess {
  /** Everything that it told, in order. */
  told = []
  #child
  #lines

  /**
   * @param {string} path the path of the takeover
   * @param {number} port the port
   * @param {string} [fatal] the step at which it kills itself: `new:ready`
   * @param {object} [options] how to spawn it
   */
  constructor(path, port, fatal, options = {}) {
    const args = [program, path, String(port), ...(fatal ? [fatal] : [])]
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], ...options })
    this.#lines = createInterface({ input: this.#child.stdout })
    this.#lines.on('line', (line) => this.told.push(JSON.parse(line)))
    this.ended = once(this.#child, 'close')
  }

  get pid() {
    return this.#child.pid
  }

  /** Waits until it tells something that fits; undefined where it ends before. */
  async find(fits) {
    const signal = AbortSignal.timeout(longest)
    for (let index = 0; ; index++) {
      while (index >= this.told.length) {
        const more = await Promise.race([once(this.#lines, 'line', { signal }), this.ended.then(() => undefined)])
        if (!more && index >= this.told.length) return undefined
      }
      if (fits(this.told[index])) return this.told[index]
    }
  }

  /** Ends it at once, and waits for that. */
  async kill() {
    this.#child.kill('SIGKILL')
    await this.ended
  }
}
