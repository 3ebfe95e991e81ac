const codes = { SIGINT: 130, SIGTERM: 143 } as const

/** A signal that ends what runs, when the process is asked to end; asked twice, the process ends at once. */
export class Interrupt implements Disposable {
  readonly #controller = new AbortController()
  /** The exit code that shells give a command that was ended so. */
  exitCode: number | undefined

  readonly #listeners = Object.entries(codes).map(([name, code]) => {
    const listener = () => {
      // What was printed may have a reader who does not go on.
      if (this.exitCode !== undefined) process.exit(code)
      this.exitCode = code
      this.#controller.abort()
    }
    process.on(name, listener)
    return { name, listener }
  })

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  [Symbol.dispose](): void {
    for (const { name, listener } of this.#listeners) process.off(name, listener)
  }
}
