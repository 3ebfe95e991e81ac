import { say, sayTable } from './print.js'

const gap = 2

function widthsOf(lines: readonly (readonly string[])[]): number[] {
  const [first = []] = lines
  return first.map((_, column) => lines.reduce((most, line) => Math.max(most, (line[column] ?? '').length), 0))
}

const least = 4

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

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}

/** Writes a table of plain cells whose lines fit the terminal; elsewhere nothing is cut. */
export function sayFitting(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const { isTTY, columns } = process.stdout
  if (!isTTY || !columns) {
    sayTable(head, rows)
    return
  }
  const lines = [head, ...rows]
  const widths = shrink(widthsOf(lines), columns)
  for (const line of lines) {
    const cells = line.map((cell, column) => cut(cell, widths[column] ?? 0).padEnd(widths[column] ?? 0))
    say(cells.join(' '.repeat(gap)).trimEnd())
  }
}
