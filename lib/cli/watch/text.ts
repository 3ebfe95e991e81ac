import { emitKeypressEvents } from 'node:readline'
import colors from 'picocolors'
import { Census, type CensusFilter, type Counts, censusStates, type Sample, timeLeft } from '../../diag/census.js'
import { cut } from '../fit.js'
import { say } from '../print.js'
import { fitting } from '../screen.js'

/** Milliseconds between two samples. */
export const period = 200

function change(now: number, before: number): string {
  if (now === before) return ''
  return now > before ? `+${now - before}` : `-${before - now}`
}

/** When the first and the last remnant go. */
function countdown(sample: Sample): string {
  const left = sample.remnants.map((entry) => timeLeft(entry, sample)).filter((ms) => ms > 0)
  if (left.length === 0) return ''
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
  const [first, last] = left.reduce(([low, high], ms) => [Math.min(low, ms), Math.max(high, ms)], [Infinity, 0] as [
    number,
    number,
  ])
  return `first gone in ${seconds(first)}, last in ${seconds(last)}`
}

/** The lines of a sample on a terminal, none of which is wider than so many columns. */
function blockOf(sample: Sample, before: Counts, width: number): string[] {
  const lines = censusStates.map((state) => {
    const [now, delta] = [sample.counts[state], change(sample.counts[state], before[state])]
    const text = cut(`${state.padEnd(12)} ${String(now).padStart(7)}  ${delta.padEnd(7)}`, width)
    const time = state === 'TIME_WAIT' ? cut(countdown(sample), width - text.length - 1) : ''
    return `${delta === '' ? (now === 0 ? colors.dim(text) : text) : colors.yellow(text)}${time === '' ? '' : ` ${colors.dim(time)}`}`
  })
  return [cut(`${new Date(sample.at).toISOString().slice(11, 23)}  q ends`, width), ...lines]
}

function lineOf({ at, counts, ...rest }: Sample, before: Counts): string {
  const words = censusStates
    .filter((state) => counts[state] > 0 || before[state] > 0)
    .map((state) => {
      const delta = change(counts[state], before[state])
      return `${state} ${counts[state]}${delta === '' ? '' : ` (${delta})`}`
    })
  const time = countdown({ at, counts, ...rest })
  return [new Date(at).toISOString(), words.join(', '), time].filter((text) => text !== '').join('  ')
}

function hasChanged(now: Counts, before: Counts): boolean {
  return censusStates.some((state) => now[state] !== before[state])
}

/** Writes the samples over one another on a terminal, and elsewhere a line where something changed. */
class Display {
  #before: Counts | undefined
  #height = 0
  readonly #isTerminal = process.stdout.isTTY === true

  show(sample: Sample): void {
    const before = this.#before ?? sample.counts
    if (this.#isTerminal) {
      const { columns, rows } = process.stdout
      const lines = fitting(blockOf(sample, before, columns || Infinity), (rows || Infinity) - 1, columns || Infinity)
      const up = this.#height === 0 ? '' : `\u001b[${this.#height}A`
      process.stdout.write(`${up}${lines.map((line) => `\u001b[K${line}\n`).join('')}\u001b[J`)
      this.#height = lines.length
    } else if (this.#before === undefined || hasChanged(sample.counts, before)) say(lineOf(sample, before))
    this.#before = sample.counts
  }
}

/** Calls a function when q or ctrl-c is pressed, or the process is asked to end. Returns what undoes that. */
function onQuit(quit: () => void): () => void {
  const { stdin } = process
  const press = (_: string, key: { name?: string; ctrl?: boolean }) => {
    if (key.name === 'q' || (key.ctrl && key.name === 'c')) quit()
  }
  process.on('SIGINT', quit).on('SIGTERM', quit)
  if (stdin.isTTY) {
    emitKeypressEvents(stdin)
    stdin.setRawMode(true).on('keypress', press).resume()
  }
  return () => {
    process.off('SIGINT', quit).off('SIGTERM', quit)
    if (stdin.isTTY) stdin.setRawMode(false).off('keypress', press).pause()
  }
}

/** Watches in the terminal until it is told to end, or for a number of samples. */
export function watchText(filter: CensusFilter, samples: number): Promise<void> {
  const census = new Census(filter)
  const display = new Display()
  return new Promise((resolve, reject) => {
    let left = samples
    const stop = (settle: () => void) => {
      clearInterval(timer)
      release()
      settle()
    }
    const tick = () => {
      try {
        display.show(census.sample())
      } catch (error) {
        return stop(() => reject(error))
      }
      if (--left === 0) stop(resolve)
    }
    const timer = setInterval(tick, period)
    const release = onQuit(() => stop(resolve))
    tick()
  })
}
