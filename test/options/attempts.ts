import { closeSync } from 'node:fs'
import { expect } from 'vitest'
import {
  getOption,
  getRawOption,
  type OptionEntry,
  type OptionInput,
  type OptionName,
  type ReadableOption,
  type SocketLike,
  setOption,
  setRawOption,
  type WritableOption,
} from '../../lib/index.js'
import { levelNumber } from '../../lib/options/row.js'
import { thrownBy } from '../support.js'
import { apart } from './apart.js'
import { differences, ownValues } from './differences.js'
import { inert } from './inert.js'
import { entryOf } from './kinds.js'
import { type Attempt, isRefusal, type Outcome, type Phase, type ProbedKind, readingOf } from './probe.js'
import { familyFor, tableKind } from './probed-sockets.js'
import { readValue } from './raw-values.js'
import { forKind, type Sample, samples } from './samples.js'
import { written } from './written.js'

/** What came of an attempt; `late` is sockctl's own refusal of what does nothing any more. */
export type Seen = 'read' | 'set' | 'refused' | 'late'

/** The errors that say that the system, or this kind of socket, has no such option. */
function codeOf(outcome: Outcome): string {
  return outcome === 'ENOPROTOOPT' || outcome === 'EOPNOTSUPP' ? 'ERR_SOCKCTL_UNSUPPORTED' : outcome
}

/** What came of an attempt in the probe, or what is right here. */
export function expectedOf(name: OptionName, phase: Phase, { kind, outcome }: Attempt): Outcome {
  const here = differences[name]?.[phase]
  return here?.on === undefined || here.on.includes(kind) ? (here?.outcome ?? outcome) : outcome
}

function keyOf(name: OptionName): [level: number, number: number] {
  const { level, number } = entryOf(name)
  return [levelNumber(level), number.linux as number]
}

function readRaw(target: SocketLike, name: OptionName, kind: ProbedKind): Buffer {
  const lengths: Partial<Record<OptionEntry['type'], number>> = {
    uint64: 8,
    ip6_mtuinfo: 32,
    gid_list: 65_536,
    // The address of a peer without a name is its family alone.
    peer_sockaddr: kind === 'unixpair' ? 2 : 16,
  }
  return getRawOption(target, ...keyOf(name), lengths[entryOf(name).type] ?? 512)
}

/** What is another at each read: a clock, a new descriptor. */
const moving: ReadonlySet<OptionName> = new Set(['TCP_TIMESTAMP', 'SO_PEERPIDFD'])
/** What the kernel fills only once it is told how much it may, which the raw door does not do. */
const asked: ReadonlySet<OptionName> = new Set(['MPTCP_TCPINFO', 'MPTCP_SUBFLOW_ADDRS'])

/** The code of a refusal through the raw door, which says what the system says. */
function rawCodeOf(outcome: Outcome): string {
  return outcome === 'EOPNOTSUPP' ? 'ENOTSUP' : outcome
}

function checkRefusedRead(target: SocketLike, name: OptionName, { kind, outcome }: Attempt): void {
  const isReadable = entryOf(name).access !== 'wo'
  const error = thrownBy(() => (isReadable ? getOption(target, name as ReadableOption) : readRaw(target, name, kind)))
  expect(error).toMatchObject({ code: isReadable ? codeOf(outcome) : rawCodeOf(outcome), syscall: 'getsockopt' })
}

/** Holds what is read against the bytes that the raw door reads, and those against what the probe read. */
function checkRead(target: SocketLike, name: OptionName, { kind, outcome }: Attempt): void {
  const value = getOption(target, name as ReadableOption)
  expect(value).toBeDefined()
  if (asked.has(name)) return
  const bytes = readRaw(target, name, kind)
  const read = readValue(entryOf(name), bytes)
  if (name === 'SO_PEERPIDFD') for (const fd of [value as number, bytes.readInt32LE()]) closeSync(fd)
  if (read && !moving.has(name)) {
    expect(entryOf(name).type === 'meminfo' ? Object.values(value) : value).toEqual(read.meaning)
  }
  if (name in ownValues) return
  if (outcome.startsWith('length:')) expect(bytes).toHaveLength(Number(outcome.slice(7)))
  else if (outcome.startsWith('hex:')) expect(bytes.toString('hex')).toBe(outcome.slice(4))
  else expect(bytes.readInt32LE()).toBe(Number(outcome))
}

function valueFor(name: OptionName, kind: ProbedKind): OptionInput {
  const all = { ...samples, ...written, ...apart } as Partial<Record<OptionName, { value: unknown }>>
  return forKind(all[name]?.value, tableKind(kind, familyFor(entryOf(name).level))) as OptionInput
}

/** What reads back after a set; MPTCP takes some options and forgets them, as the probe saw. */
function checkReadBack(target: SocketLike, name: OptionName, { kind, outcome }: Attempt, before: unknown): void {
  const sample: Sample = samples[name as keyof typeof samples]
  const isForgotten = kind === 'mptcp' && outcome === readingOf(name, kind)
  const expected = isForgotten ? before : (sample.reads ?? valueFor(name, kind))
  expect(getOption(target, name as ReadableOption)).toEqual(expected)
}

/** Linux takes some options when they do nothing any more, or says EINVAL: sockctl refuses them, and other tests say why. */
function isLate(error: unknown, name: OptionName): boolean {
  const { code } = error as { code?: string }
  return code === 'ERR_SOCKCTL_TOO_LATE' && name in inert
}

/** Whether a sample reads back on a kind of socket; of bound ones the probe read nothing, and they are as others. */
function readsBack(name: OptionName, kind: ProbedKind): boolean {
  const reading = readingOf(name, kind)
  return name in samples && (reading === undefined || !isRefusal(reading))
}

function checkSet(target: SocketLike, name: OptionName, attempt: Attempt): Seen {
  const isShown = readsBack(name, attempt.kind)
  const before = isShown ? getOption(target, name as ReadableOption) : undefined
  try {
    setOption(target, name as WritableOption, valueFor(name, attempt.kind))
  } catch (error) {
    if (!isLate(error, name)) throw error
    return 'late'
  }
  if (isShown) checkReadBack(target, name, attempt, before)
  return 'set'
}

function checkRefusedSet(target: SocketLike, name: OptionName, { kind, outcome }: Attempt): Seen {
  const isWritable = entryOf(name).access !== 'ro'
  const error = thrownBy(() => {
    if (isWritable) setOption(target, name as WritableOption, valueFor(name, kind))
    else setRawOption(target, ...keyOf(name), 1)
  })
  if (isLate(error, name)) return 'late'
  expect(error).toMatchObject({ code: isWritable ? codeOf(outcome) : rawCodeOf(outcome), syscall: 'setsockopt' })
  return 'refused'
}

/** Makes an attempt and compares what comes of it with what is expected. */
export function tryOn(target: SocketLike, name: OptionName, phase: Phase, attempt: Attempt): Seen {
  const refused = isRefusal(attempt.outcome)
  if (phase !== 'get') return (refused ? checkRefusedSet : checkSet)(target, name, attempt)
  if (refused) checkRefusedRead(target, name, attempt)
  else checkRead(target, name, attempt)
  return refused ? 'refused' : 'read'
}
