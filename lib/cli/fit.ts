import stringWidth from 'string-width'
import { say, sayTable } from './print.js'

const gap = 2

function widthsOf(lines: readonly (readonly string[])[]): number[] {
  const [first = []] = lines
  return first.map((_, column) => lines.reduce((most, line) => Math.max(most, stringWidth(line[column] ?? '')), 0))
}

const least = 1

/** Takes from the widest column, one at a time, until all fit into a width or none can give any more. */
function shrink(widths: readonly number[], width: number): number[] {
  const left = [...widths]
  const total = () => left.reduce((sum, one) => sum + one, gap * (left.length - 1))
  while (total() > width) {
    const widest = Math.max(...left)
    if (widest <= least) break
    left[left.indexOf(widest)] = widest - 1
  }
  return left
}

/** A plain text, cut where it takes more than so many columns. A character may take two. */
export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let kept = ''
  for (const character of text) {
    if (stringWidth(kept + character) >= width) break
    kept += character
  }
  return width > 0 ? `${kept}…` : ''
}

/** Colours a cell, once it is cut. */
export type Paint = (text: string, row: number, column: number) => string

/** Writes a table of plain cells whose lines fit the terminal; elsewhere nothing is cut. */
export function sayFitting(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  paint: Paint = (text) => text,
): void {
  const { isTTY, columns } = process.stdout
  if (!isTTY || !columns) {
    sayTable(
      head,
      rows.map((row, index) => row.map((cell, column) => paint(cell, index, column))),
    )
    return
  }
  const lines = [head, ...rows]
  const widths = shrink(widthsOf(lines), columns)
  lines.forEach((line, index) => {
    const cells = line.map((cell, column) => {
      const text = cut(cell, widths[column] ?? 0)
      const space = column === line.length - 1 ? '' : ' '.repeat((widths[column] ?? 0) + gap - stringWidth(text))
      return `${index === 0 ? text : paint(text, index - 1, column)}${space}`
    })
    say(cells.join('').trimEnd())
  })
}
