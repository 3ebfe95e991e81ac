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

/** The lines that a cell takes at the most: JSON of a kilobyte would fill the terminal. */
const mostLines = 6

/** A plain text without a place to break it at, in pieces of so many columns. */
function* piecesOf(text: string, width: number): Generator<string> {
  let piece = ''
  for (const character of text) {
    // A character that takes two columns has no room in one.
    const shown = stringWidth(character) > width ? '…' : character
    if (piece !== '' && stringWidth(piece + shown) > width) {
      yield piece
      piece = ''
    }
    piece += shown
  }
  yield piece
}

/** A plain text in lines of so many columns, broken behind a space or a mark such as `:` where that can be. */
export function wrapped(text: string, width: number): readonly string[] {
  if (stringWidth(text) <= width) return [text]
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/(?<=\S\s|[:,_/])/)) {
    if (stringWidth(line + word.trimEnd()) <= width) line += word
    else {
      if (line !== '') lines.push(line.trimEnd())
      const pieces = stringWidth(word.trimEnd()) <= width ? [word] : [...piecesOf(word, width)]
      line = (pieces.pop() ?? '').trimStart()
      lines.push(...pieces)
    }
  }
  lines.push(line.trimEnd())
  return lines.length <= mostLines ? lines : [...lines.slice(0, mostLines - 1), cut(`${lines[mostLines - 1]}…`, width)]
}

/** Colours a line of a cell. */
export type Paint = (text: string, row: number, column: number) => string

/** Writes a table of plain cells that fits the terminal, where long cells take several lines; elsewhere none does. */
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
  const table = [head, ...rows]
  const widths = shrink(widthsOf(table), columns)
  table.forEach((row, index) => {
    const cells = row.map((cell, column) => wrapped(cell, widths[column] ?? 0))
    const height = Math.max(...cells.map((lines) => lines.length))
    for (let line = 0; line < height; line++) {
      const parts = cells.map((lines, column) => {
        const text = lines[line] ?? ''
        const space = column === row.length - 1 ? '' : ' '.repeat((widths[column] ?? 0) + gap - stringWidth(text))
        return `${index === 0 || text === '' ? text : paint(text, index - 1, column)}${space}`
      })
      say(parts.join('').trimEnd())
    }
  })
}
