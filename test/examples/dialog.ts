import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach } from 'vitest'

const longest = 20_000

/** A program that somebody types to. */
export class Dialog {
  readonly #child: ChildProcess
  #output = ''
  #complaints = ''

  constructor(file: string, args: readonly string[]) {
    const env = { ...process.env, TERM: 'xterm' }
    this.#child = spawn(file, args, { stdio: 'pipe', env })
    this.#child.stdout?.setEncoding('latin1').on('data', (text) => {
      this.#output += text
    })
    this.#child.stderr?.on('data', (chunk) => {
      this.#complaints += chunk
    })
  }

  type(text: string): void {
    this.#child.stdin?.write(text)
  }

  /** Closes its input. */
  endInput(): void {
    this.#child.stdin?.end()
  }

  /** Waits until what it printed since the last match matches; gives the match. */
  async until(pattern: RegExp): Promise<RegExpMatchArray> {
    const signal = AbortSignal.timeout(longest)
    for (;;) {
      const match = this.#output.match(pattern)
      if (match) {
        this.#output = this.#output.slice((match.index as number) + match[0].length)
        return match
      }
      await once(this.#child.stdout as NodeJS.ReadableStream, 'data', { signal }).catch(() => {
        throw new Error(`no ${pattern} in ${JSON.stringify(this.#output)} ${this.#complaints}`)
      })
    }
  }

  /** Waits for its end; gives its status, what it printed since the last match, and what it had to complain about. */
  async end(): Promise<{ status: number | null; output: string; stderr: string }> {
    const isOver = this.#child.stdout?.closed && this.#child.exitCode !== null
    if (!isOver) await once(this.#child, 'close', { signal: AbortSignal.timeout(longest) })
    return { status: this.#child.exitCode, output: this.#output, stderr: this.#complaints }
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}

/** Gives a function that starts a dialog; what a test leaves running is ended after it. */
export function keepDialogs(): (file: string, ...args: readonly string[]) => Dialog {
  const running: Dialog[] = []
  afterEach(() => {
    for (const dialog of running.splice(0)) dialog.kill()
  })
  return (file, ...args) => {
    const dialog = new Dialog(file, args)
    running.push(dialog)
    return dialog
  }
}
