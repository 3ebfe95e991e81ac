/** Those who wait for something that is short, first come, first served. */
export class Line {
  readonly #callbacks: (() => void)[] = []

  /** How many wait. */
  get length(): number {
    return this.#callbacks.length
  }

  /** Calls back when it is worth another try; gives a function that ends the wait. */
  wait(callback: () => void): () => void {
    this.#callbacks.push(callback)
    return () => {
      const index = this.#callbacks.indexOf(callback)
      if (index !== -1) this.#callbacks.splice(index, 1)
    }
  }

  /** Lets the first of them try, or as many as are told; whoever has to wait again does so at the end. */
  wake(count = 1): void {
    for (const callback of this.#callbacks.splice(0, count)) callback()
  }
}
