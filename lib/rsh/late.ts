/** How long a connection may still come for a command that is over, in ms: connect(2) gives up a little later. */
const longest = 120_000

/** The addresses that may still make a connection for a command that waits for it no more. */
export class Late {
  /** Until when each of them may, the earliest first. */
  readonly #until = new Map<string, number>()

  add(address: string): void {
    this.#forget()
    this.#until.delete(address)
    this.#until.set(address, performance.now() + longest)
  }

  has(address: string): boolean {
    this.#forget()
    return this.#until.has(address)
  }

  #forget(): void {
    const now = performance.now()
    for (const [address, until] of this.#until) {
      if (until > now) return
      this.#until.delete(address)
    }
  }
}
