import { type Holding, mostLateMs, timeWaitMs } from './remnant.js'
import type { BudgetRequest } from './request.js'
import type { BudgetLimit, BudgetStep } from './types.js'

/** What the ports allow. */
export interface Rate {
  readonly burst: number | undefined
  readonly perSecond: number | undefined
  readonly perSecondLeast: number | undefined
  readonly limit: BudgetLimit
  readonly steps: readonly BudgetStep[]
}

/** Connections a second where each keeps one of some ports for so long; undefined where no port is kept. */
function rateOf(ports: number, ms: number): number | undefined {
  return ms === 0 ? undefined : (1000 * ports) / ms
}

/** The limit on remnants, where it is reached before the ports are used up: what ends beyond leaves none. */
function overflow(ports: number, { ms }: Holding, { settings }: BudgetRequest): number | undefined {
  const most = settings.tcp_max_tw_buckets
  return ms > 0 && most < ports ? most : undefined
}

function overflowStep(most: number): BudgetStep {
  const text =
    'tcp_max_tw_buckets, over all destinations: a close beyond leaves no remnant, and late segments may stray'
  return { term: 'buckets', value: most, unit: 'remnants', text }
}

function limitOf(perSecond: number | undefined, keptMs: number): BudgetLimit {
  if (perSecond === undefined) return 'none'
  if (keptMs === 0) return 'connections'
  return keptMs === timeWaitMs ? 'time-wait' : 'reuse-delay'
}

function rateText(perSecond: number | undefined, ports: number, durationMs: number, keptMs: number): string {
  if (perSecond === undefined) return 'no port is kept, so that ports are no limit'
  const kept = keptMs > 0 ? ` + ${keptMs} ms kept` : ''
  return `${ports} ports / (${durationMs} ms open${kept})`
}

/** Reckons how fast some ports can be used. */
export function reckon(ports: number, holding: Holding, request: BudgetRequest): Rate {
  const { durationMs } = request
  const most = overflow(ports, holding, request)
  const steady = rateOf(ports, durationMs + holding.ms)
  const beyond = most === undefined ? steady : rateOf(ports - most, durationMs)
  const isBeyond = most !== undefined && (beyond === undefined || beyond > (steady ?? Infinity))
  const perSecond = isBeyond ? beyond : steady
  const [used, keptMs] = isBeyond ? [ports - most, 0] : [ports, holding.ms]
  const text = rateText(perSecond, used, durationMs, keptMs)
  const rate: BudgetStep = { term: 'rate', value: perSecond, unit: 'per second', text }
  const lateMs = keptMs === timeWaitMs ? mostLateMs : 0
  const perSecondLeast = rateOf(used, durationMs + keptMs + lateMs)
  return {
    burst: holding.ms > 0 && most === undefined ? ports : undefined,
    perSecond,
    perSecondLeast,
    limit: limitOf(perSecond, keptMs),
    steps: [...(most === undefined ? [] : [overflowStep(most)]), rate],
  }
}
