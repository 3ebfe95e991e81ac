const sequence = /^[\d;?]*([A-Za-z])/

/** What a terminal shows that knows line ends, returns and "erase to the end of the line", and no more. */
export class Screen {
  readonly #columns: number
  readonly #lines: string[][] = [[]]
  #column = 0
  /** What was erased. */
  readonly erased: string[] = []

  constructor(columns: number, written: string) {
    this.#columns = columns
    const [first = '', ...parts] = written.split('\u001b[')
    this.#writeAll(first)
    for (const part of parts) {
      const [whole = '', kind] = sequence.exec(part) ?? []
      if (kind === 'K') this.#erase()
      this.#writeAll(part.slice(whole.length))
    }
  }

  /** The lines that have something on them. */
  get lines(): string[] {
    return this.#lines.map((line) => line.join('')).filter((line) => line !== '')
  }

  get #line(): string[] {
    return this.#lines.at(-1) as string[]
  }

  #erase(): void {
    this.erased.push(this.#line.splice(this.#column).join(''))
  }

  #writeAll(text: string): void {
    for (const character of text) this.#write(character)
  }

  #write(character: string): void {
    if (character === '\r') this.#column = 0
    else if (character === '\n') this.#lines.push([])
    else {
      if (this.#column === this.#columns) {
        this.#lines.push([])
        this.#column = 0
      }
      this.#line[this.#column++] = character
    }
  }
}
