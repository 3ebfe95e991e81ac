/** How long a connection may still come for a command that this side gave up, in ms: connect(2) gives up a little later. */
export const lateAfterGivingUp = 120_000
/** How long where the server has ended its own: what it made before that is here already, or on its way. */
export const lateAfterItsEnd = 1000

/** The connections that may still come to a port for commands that wait for them no more. */
export class Late {
  /** Until when one may come from each address. */
  readonly #until = new Map<string, number>()
  #untilFromAny = 0

  /**
   * Notes a command whose connection may still come.
   *
   * @param address the one that the command was sent to
   * @param isStrict whether its connection comes from there and from nowhere else
   * @param ms for how long
   */
  add(address: string, isStrict: boolean, ms: number): void {
    this.#forget()
    const until = Math.max(performance.now() + ms, this.#until.get(address) ?? 0)
    this.#until.delete(address)
    this.#until.set(address, until)
    if (!isStrict) this.#untilFromAny = Math.max(this.#untilFromAny, until)
  }

  /** Whether one may come from an address to which such a command was sent. */
  has(address: string): boolean {
    return (this.#until.get(address) ?? 0) > performance.now()
  }

  /** Whether one may come that would be taken for that of a command which is sent to an address. */
  isDoubtful(address: string): boolean {
    return this.#untilFromAny > performance.now() || this.has(address)
  }

  #forget(): void {
    const now = performance.now()
    for (const [address, until] of this.#until) {
      if (until > now) return
      this.#until.delete(address)
    }
  }
}
