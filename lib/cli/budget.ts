import { type Command, InvalidArgumentError, Option } from 'commander'
import colors from 'picocolors'
import { timeText } from '../diag/explain/words.js'
import {
  type AddressQuery,
  type BudgetClose,
  type BudgetHeld,
  type BudgetStep,
  type ConnectionBudget,
  connectionBudget,
} from '../diag.js'
import { sayFitting } from './fit.js'
import { type Finish, say, sayJson } from './print.js'

/** What `sockctl why --budget` takes. */
export interface BudgetFlags {
  readonly budget?: boolean
  readonly close?: BudgetClose
  readonly duration?: number
  readonly localAddress?: string[]
  readonly latePort?: boolean
  readonly json?: boolean
}

function milliseconds(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= 0 && value < 2 ** 31) return value
  throw new InvalidArgumentError('It must be a number of milliseconds.')
}

/** Adds the options of the budget to a command. */
export function addBudgetOptions(command: Command): Command {
  const closes: readonly BudgetClose[] = ['we-first', 'peer-first', 'abort']
  return command
    .option('--budget', 'say how many connections can be opened to a destination, and what of it is held now')
    .addOption(new Option('--close <how>', 'with --budget: who closes first').choices(closes))
    .option('--duration <ms>', 'with --budget: how long a connection lasts', milliseconds)
    .option('--local-address <addresses...>', 'with --budget: the local addresses that the client binds to')
    .option('--late-port', 'with --budget: it sets IP_BIND_ADDRESS_NO_PORT')
}

function number(value: number | undefined): string {
  if (value === undefined) return 'no limit'
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 1)
}

function rowOf({ term, value, unit, text }: BudgetStep): string[] {
  return [term, value === undefined ? number(value) : `${number(value)} ${unit}`, text]
}

function heldText({ timeWait, live, bound, free, nextFreeMs }: BudgetHeld): string {
  const next = nextFreeMs === undefined ? '' : `, the first of them for ${timeText(nextFreeMs)} more`
  const taken = bound === 0 ? '' : `, ${bound} bound or listened on`
  return `${free} ports are free, ${live} have a connection${taken}, ${timeWait} are kept by TIME_WAIT${next}`
}

function rateText({ perSecond, perSecondLeast }: ConnectionBudget): string {
  if (perSecond === undefined) return 'as many a second as the ends manage'
  const least = perSecondLeast === perSecond ? '' : `${number(perSecondLeast)} to `
  return `${least}${number(perSecond)} a second for ever`
}

function sayBudget(budget: ConnectionBudget): void {
  const { steps, advice, held, burst, atOnce } = budget
  const rate = rateText(budget)
  const all = burst === undefined ? '' : `, ${burst} in a burst`
  say(`${colors.bold('budget')}  ${atOnce} connections at once${all}, ${rate}`)
  if (held) say(`${held.free > 0 ? colors.green('now') : colors.red('now')}  ${heldText(held)}`)
  say()
  sayFitting(['TERM', 'VALUE', 'WHY'], steps.map(rowOf))
  if (advice.length === 0) return
  say()
  say('What to do for more, the cheapest first:')
  for (const { text } of advice) say(`- ${text}`)
}

/** Prints the budget towards a destination; the answer is no where all ports are held. */
export function runBudget(target: AddressQuery | undefined, flags: BudgetFlags, finish: Finish): void {
  const { close, duration, localAddress, latePort, json } = flags
  const budget = connectionBudget({
    remoteAddress: target?.address,
    remotePort: target?.port,
    close,
    durationMs: duration,
    localAddress,
    latePort,
  })
  if (json) sayJson(budget)
  else sayBudget(budget)
  if (budget.held ? budget.held.free <= 0 : budget.atOnce === 0) finish(1)
}
