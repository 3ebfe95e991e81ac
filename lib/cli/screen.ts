import stringWidth from 'string-width'
import { linesOf, say } from './print.js'

/** How many rows of the terminal a line takes. */
function rowsOf(line: string, columns: number): number {
  return Math.max(1, Math.ceil(stringWidth(line) / columns))
}

/** The first of some lines that fit so many rows, of which the last says how many more there are. */
export function fitting(lines: readonly string[], rows: number, columns: number): readonly string[] {
  let left = rows
  const over = lines.findIndex((line) => {
    left -= rowsOf(line, columns)
    return left < 0
  })
  if (over < 0) return lines
  const shown = lines.slice(0, Math.max(over - 1, 0))
  return [...shown, `… ${lines.length - shown.length} more lines`]
}

/** What is shown again and again: on a terminal over what was there before, elsewhere behind it. */
export class Screen {
  #isFirst = true

  /** Shows what a function writes, cut to the height of the terminal. */
  show(print: () => void): void {
    const { isTTY, rows, columns } = process.stdout
    const lines = linesOf(print)
    if (!isTTY) for (const line of lines) say(line)
    else {
      const shown = rows && columns ? fitting(lines, rows - 1, columns) : lines
      // Line by line, so that nothing flickers.
      const text = shown.map((line) => `${line}\u001b[K\n`).join('')
      process.stdout.write(`${this.#isFirst ? '\u001b[2J' : ''}\u001b[H${text}\u001b[J`)
    }
    this.#isFirst = false
  }
}
