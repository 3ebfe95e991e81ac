import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The kinds of socket that were probed; those from `tcp_bound` on are of either family, as the option is. */
export const probedKinds = [
  'tcp',
  'udp',
  'tcp6',
  'udp6',
  'raw',
  'raw6',
  'unix',
  'mptcp',
  'unixpair',
  'tcp_bound',
  'udp_bound',
  'listener',
  'connected',
  'accepted',
  'udp_connected',
] as const

export type ProbedKind = (typeof probedKinds)[number]

/** What was tried: to read, and to set as root and as nobody. */
export type Phase = 'get' | 'root' | 'nobody'

/**
 * What came of it, by the name of an errno; or a number of four bytes, `hex:` with other bytes, `length:` where only
 * that was noted, and `ok` where nothing was read after a set. What follows a set is what read back.
 */
export type Outcome = string

/** One attempt. */
export interface Attempt {
  readonly kind: ProbedKind
  readonly outcome: Outcome
}

interface Probe {
  readonly kernel: string
  readonly options: Readonly<Record<string, Partial<Record<Phase, Record<Outcome, string>>>>>
}

/**
 * What an independent program in C saw of the 241 options of Linux, on every kind of socket, before this library was
 * written.
 */
const probe = JSON.parse(readFileSync(join(import.meta.dirname, 'probe.json'), 'utf8')) as Probe

/** The names of the options. */
export const probedNames = Object.keys(probe.options)

/** The attempts of a phase on an option; none where it was not tried. */
export function attemptsOf(name: string, phase: Phase): Attempt[] {
  return Object.entries(probe.options[name]?.[phase] ?? {}).flatMap(([outcome, kinds]) =>
    kinds.split(' ').map((kind) => ({ kind: kind as ProbedKind, outcome })),
  )
}

/** Whether an attempt was refused. */
export function isRefusal(outcome: Outcome): boolean {
  return /^E[A-Z]+$/.test(outcome)
}

/** What an option of a kind of socket read in the probe. */
export function readingOf(name: string, kind: ProbedKind): Outcome | undefined {
  return attemptsOf(name, 'get').find((attempt) => attempt.kind === kind)?.outcome
}
