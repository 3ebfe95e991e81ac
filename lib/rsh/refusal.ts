import type { Channel } from './sink.js'

/** Holds back output that may turn out to be a refusal, until more comes or the command ends. */
export class RefusalFilter {
  readonly #texts: readonly string[]
  #held: Buffer | undefined
  #isOver: boolean
  #hasErrors = false

  constructor(texts: readonly string[]) {
    this.#texts = texts
    this.#isOver = texts.length === 0
  }

  /** Whether anything is held back. */
  get isHolding(): boolean {
    return this.#held !== undefined
  }

  /** Whether what came on stdout is a refusal if nothing more comes. */
  get mayRefuse(): boolean {
    return !this.#hasErrors && this.#held !== undefined && this.#texts.includes(this.#held.toString('latin1'))
  }

  /** The refusal, where one is all that came. */
  get refusal(): string | undefined {
    return this.mayRefuse ? this.#held?.toString('latin1') : undefined
  }

  /** Passes on what was printed; undefined where nothing is to be passed on yet. */
  pass(channel: Channel, chunk: Uint8Array): Buffer | undefined {
    if (channel === 'stderr') this.#hasErrors = true
    if (channel === 'stderr' || this.#isOver) return Buffer.from(chunk)
    const text = this.#held ? Buffer.concat([this.#held, chunk]) : Buffer.from(chunk)
    const shown = text.toString('latin1')
    this.#isOver = !this.#texts.some((one) => one.startsWith(shown))
    this.#held = this.#isOver ? undefined : text
    return this.#isOver ? text : undefined
  }

  /** Gives back what was held and is no refusal. */
  release(): Buffer | undefined {
    const held = this.#held
    this.#held = undefined
    this.#isOver = true
    return held
  }
}
