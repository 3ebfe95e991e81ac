/** What a server has answered so far. */
export type Answer =
  /** Nothing yet, or not all. */
  | { readonly kind: 'none' }
  /** The command runs; what follows is its output. */
  | { readonly kind: 'yes'; readonly rest: Uint8Array }
  /** A byte 1 and a line. */
  | { readonly kind: 'no'; readonly text: string }
  /** What no server says. */
  | { readonly kind: 'strange'; readonly text: string }

const longestLine = 4096
const newline = 10
const nothing: Answer = { kind: 'none' }

/** Reads the answer of a server: a byte 0, or a byte 1 and a line. */
export class AnswerReader {
  #line: Buffer | undefined

  /** Takes what came. */
  read(chunk: Uint8Array): Answer {
    if (chunk.length === 0) return nothing
    if (this.#line === undefined) {
      if (chunk[0] === 0) return { kind: 'yes', rest: chunk.subarray(1) }
      if (chunk[0] !== 1) return { kind: 'strange', text: textOf(chunk) }
    }
    this.#line = this.#line ? Buffer.concat([this.#line, chunk]) : Buffer.from(chunk.subarray(1))
    return this.#line.includes(newline) || this.#line.length > longestLine ? this.end() : nothing
  }

  /** Makes do with what there is of a line, since no more will come. */
  end(): Answer {
    return this.#line === undefined ? nothing : { kind: 'no', text: textOf(this.#line) }
  }
}

function textOf(bytes: Uint8Array): string {
  const [line = ''] = Buffer.from(bytes.subarray(0, longestLine)).toString().split('\n')
  return line
}
