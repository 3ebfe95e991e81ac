import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { promisify } from 'node:util'

/** What a program left: the lines of each participant, by its name; or why it did not run, or did not end. */
export interface ProgramRecord {
  lanes: Record<string, string[]>
  /** Why this Node.js cannot run the program. */
  lacking?: string
  /** Which documented difference the program is about. */
  differs?: string
  /** What the program was stopped by, or what it never came to. */
  failed?: string
}

export type Records = Record<string, ProgramRecord>

/** The first line of a participant that is not the same. */
export interface Difference {
  program: string
  lane: string
  line: number
  stock: string | undefined
  other: string | undefined
}

export interface Comparison {
  /** How many lines of stock's record were compared. */
  lines: number
  differences: Difference[]
  /** The programs in which a failed bind of a listener was called bind and not listen, which is documented. */
  binds: string[]
}

/** How long the programs of a file may take together, in milliseconds. */
const longest = 50_000

const folder = new URL('programs/', import.meta.url)

/** The files of programs, without their extension. */
export const subjects = readdirSync(folder).map((name) => name.replace(/\.mjs$/, ''))

/**
 * Runs the programs of a subject in a process of their own.
 *
 * @param module the address of the module that they take for `node:net`
 * @param patience how long one program may take, in milliseconds
 */
export async function recordOf(module: string, subject: string, patience = 10_000): Promise<Records> {
  const args = ['runner.mjs', module, `./programs/${subject}.mjs`, String(patience)]
  const limits = { timeout: longest, killSignal: 'SIGKILL', maxBuffer: 1 << 26 } as const
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname, ...limits })
  return JSON.parse(stdout) as Records
}

/** What Node.js writes of a failed bind of a listener, as sockctl does. */
function namedBind(line: string): string {
  return line.replace(/"listen (E[A-Z]+)/g, '"bind $1').replace(/syscall: "listen"/g, 'syscall: "bind"')
}

/** Compares what two runs of one program left. The participants may come in any order between each other. */
export function compareProgram(program: string, stock: ProgramRecord, other: ProgramRecord | undefined): Comparison {
  const result: Comparison = { lines: 0, differences: [], binds: [] }
  const failure = { stock: stock.failed, other: other ? other.failed : 'did not run' }
  if (failure.stock || failure.other) result.differences.push({ program, lane: 'failed', line: 0, ...failure })
  for (const lane of new Set([...Object.keys(stock.lanes), ...Object.keys(other?.lanes ?? {})])) {
    const [ours, theirs] = [stock.lanes[lane] ?? [], other?.lanes[lane] ?? []]
    result.lines += ours.length
    const line = firstDifference(ours, theirs, () => result.binds.push(program))
    if (line >= 0) result.differences.push({ program, lane, line, stock: ours[line], other: theirs[line] })
  }
  return { ...result, binds: [...new Set(result.binds)] }
}

/** Where two lists of lines differ first, or -1. */
function firstDifference(ours: string[], theirs: string[], onBind: () => void): number {
  for (let line = 0; line < Math.max(ours.length, theirs.length); line++) {
    const [mine, yours] = [ours[line], theirs[line]]
    if (mine === yours) continue
    if (mine === undefined || namedBind(mine) !== yours) return line
    onBind()
  }
  return -1
}

/** Compares all programs of two runs but those about a documented difference. */
export function compare(stock: Records, other: Records): Comparison {
  const parts = Object.entries(stock)
    .filter(([, { differs }]) => differs === undefined)
    .map(([program, record]) => compareProgram(program, record, other[program]))
  return {
    lines: parts.reduce((sum, { lines }) => sum + lines, 0),
    differences: parts.flatMap(({ differences }) => differences),
    binds: parts.flatMap(({ binds }) => binds),
  }
}
