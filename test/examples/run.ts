import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { afterEach, inject } from 'vitest'

/** How a program ended, and what it said. */
export interface Outcome {
  status: number
  stdout: string
  stderr: string
}

const longest = 20_000

/** The path of an example, next to the package as it is published. */
export function exampleFile(name: string): string {
  return join(inject('examples'), name)
}

/** Runs a program to its end. */
export function run(file: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(file, args, { timeout: longest, killSignal: 'SIGKILL' }, (_, stdout, stderr) => {
      resolve({ status: child.exitCode ?? -1, stdout, stderr })
    })
  })
}

/** Runs an example to its end. */
export function runExample(name: string, ...args: readonly string[]): Promise<Outcome> {
  return run(process.execPath, [exampleFile(name), ...args])
}

/** Runs an example that must end well and have nothing to complain about; gives the lines that it printed. */
export async function linesOf(name: string, ...args: readonly string[]): Promise<string[]> {
  const { status, stdout, stderr } = await runExample(name, ...args)
  if (status !== 0 || stderr !== '') throw new Error(`${name} ended with ${status}: ${stdout}${stderr}`)
  return stdout.trimEnd().split('\n')
}

/** An example that runs until it is told to stop. */
export class RunningExample {
  readonly #child: ChildProcess
  readonly #lines: Interface
  readonly #printed: string[] = []
  #complaints = ''

  constructor(name: string, args: readonly string[]) {
    this.#child = spawn(process.execPath, [exampleFile(name), ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream })
    this.#lines.on('line', (line) => this.#printed.push(line))
    this.#child.stderr?.on('data', (chunk) => {
      this.#complaints += chunk
    })
  }

  /** Waits for a line that matches; gives the match. */
  async line(pattern: RegExp): Promise<RegExpMatchArray> {
    const signal = AbortSignal.timeout(longest)
    for (let index = 0; ; index++) {
      while (index >= this.#printed.length) await this.#nextLine(signal)
      const match = this.#printed[index]?.match(pattern)
      if (match) return match
    }
  }

  async #nextLine(signal: AbortSignal): Promise<void> {
    const ended = once(this.#lines, 'close', { signal }).then(() => {
      throw new Error(`it ended after:\n${this.#printed.join('\n')}\n${this.#complaints}`)
    })
    await Promise.race([once(this.#lines, 'line', { signal }), ended])
  }

  /** The port that it says it listens on. */
  async port(): Promise<number> {
    return Number((await this.line(/listen(?:ing)? on .*:(\d+)/))[1])
  }

  /** Tells it to stop; gives its exit status, and what it printed on stderr. */
  async stop(): Promise<{ status: number | null; stderr: string }> {
    this.#child.kill('SIGTERM')
    return this.ended()
  }

  /** Waits until it ends; gives its exit status, and what it printed on stderr. */
  async ended(): Promise<{ status: number | null; stderr: string }> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      await once(this.#child, 'close', { signal: AbortSignal.timeout(longest) })
    }
    return { status: this.#child.exitCode, stderr: this.#complaints }
  }

  /** Ends it at once, whatever state it is in. */
  kill(): void {
    this.#child.kill('SIGKILL')
  }
}

/** Gives a function that starts an example; what a test leaves running is ended after it. */
export function keepExamples(): (name: string, ...args: readonly string[]) => RunningExample {
  const running: RunningExample[] = []
  afterEach(() => {
    for (const example of running.splice(0)) example.kill()
  })
  return (name, ...args) => {
    const example = new RunningExample(name, args)
    running.push(example)
    return example
  }
}
