import Table from 'cli-table3'

/** What a command does with its exit code. */
export type Finish = (exitCode: number) => void

/** The exit code that a shell gives a command that SIGPIPE ended. */
const brokenPipe = 141

/** Ends the process once it cannot write: without a word where nobody reads, as `| head` does, and else with the reason. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(brokenPipe)
    process.stderr.write(`sockctl: ${error.message}\n`)
    process.exit(1)
  })
  process.stderr.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? brokenPipe : 1))
}

/** What keeps lines back; undefined where they are written. */
let kept: string[] | undefined

/** Writes a line to the terminal. */
export function say(line = ''): void {
  if (kept) kept.push(line)
  else process.stdout.write(`${line}\n`)
}

/** The lines that a function would write. */
export function linesOf(print: () => void): string[] {
  const lines: string[] = []
  kept = lines
  try {
    print()
  } finally {
    kept = undefined
  }
  return lines.flatMap((line) => line.split('\n'))
}

/** Writes a value as JSON, readable or in one line. */
export function sayJson(value: unknown, indent: 0 | 2 = 2): void {
  say(JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? item.toString() : item), indent))
}

/** Writes a table without rules, its columns two spaces apart. */
export function sayTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const none = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '' }
  const sides = { 'bottom-left': '', 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '' }
  const chars = { ...none, ...sides, right: '', 'right-mid': '', middle: '  ' }
  const style = { head: [], border: [], 'padding-left': 0, 'padding-right': 0 }
  const table = new Table({ head: [...head], chars, style })
  for (const row of rows) table.push([...row])
  for (const line of table.toString().split('\n')) say(line.trimEnd())
}
