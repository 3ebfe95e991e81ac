const lineFeed = 10

/** A line that is longer is broken, so that no host fills the memory. */
const longestLine = 64 * 1024

/** Cuts what a host prints into lines with its name before each. */
export class Lines {
  readonly #prefix: Buffer
  #partial: Buffer[] = []
  #size = 0

  constructor(prefix: string) {
    this.#prefix = Buffer.from(prefix)
  }

  /** Takes a chunk, and gives the lines that it completes. */
  push(chunk: Buffer): Buffer {
    const parts: Buffer[] = []
    let start = 0
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      parts.push(this.#prefix, ...this.#partial, chunk.subarray(start, end + 1))
      this.#clear()
      start = end + 1
    }
    if (start < chunk.length) {
      this.#partial.push(chunk.subarray(start))
      this.#size += chunk.length - start
    }
    if (this.#size > longestLine) parts.push(this.end())
    return Buffer.concat(parts)
  }

  /** The last line, which had no end. */
  end(): Buffer {
    const line = this.#size === 0 ? [] : [this.#prefix, ...this.#partial, Buffer.of(lineFeed)]
    this.#clear()
    return Buffer.concat(line)
  }

  #clear(): void {
    this.#partial = []
    this.#size = 0
  }
}
