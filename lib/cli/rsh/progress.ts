import colors from 'picocolors'
import { cut } from '../fit.js'

const barWidth = 24
const period = 100

/** A bar on the last line of a terminal, on standard error; nothing where that is none. */
export class Progress {
  readonly #total: number
  readonly #isShown = process.stderr.isTTY === true
  #done = 0
  #failed = 0
  #note = ''
  #drawnAt = 0
  #isDrawn = false
  #isMidLine = false

  constructor(total: number) {
    this.#total = total
  }

  /** Counts a host that is done with. */
  count(ok: boolean): void {
    this.#done++
    if (!ok) this.#failed++
    this.#note = ''
    this.draw()
  }

  /** Says what is waited for. */
  note(text: string): void {
    this.#note = text
    this.draw()
  }

  /** Takes the bar away, so that something else can be written. */
  clear(): void {
    if (this.#isDrawn) process.stderr.write('\r\u001b[K')
    this.#isDrawn = false
  }

  /** Tells of output after which the cursor is not at the start of a line, which the bar is to leave alone. */
  leaveLine(): void {
    this.#isMidLine = true
  }

  draw(): void {
    if (!this.#isShown || (this.#isDrawn && Date.now() - this.#drawnAt < period)) return
    this.#drawnAt = Date.now()
    this.#isDrawn = true
    process.stderr.write(`${this.#isMidLine ? '\n' : '\r\u001b[K'}${this.#line()}`)
    this.#isMidLine = false
  }

  #line(): string {
    const filled = Math.round((barWidth * this.#done) / this.#total)
    const bar = `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`
    const failed = this.#failed === 0 ? '' : `, ${this.#failed} failed`
    const words = cut(
      `${bar} ${this.#done} of ${this.#total}${failed}${this.#note}`,
      (process.stderr.columns || 80) - 1,
    )
    return this.#failed === 0 ? colors.green(words) : colors.red(words)
  }
}
