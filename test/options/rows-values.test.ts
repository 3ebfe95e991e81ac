import { describe, expect, test } from 'vitest'
import {
  getOption,
  type OptionInput,
  type OptionName,
  type ReadableOption,
  type SocketKind,
  setOption,
  type WritableOption,
} from '../../lib/index.js'
import { isRoot, thrownBy } from '../support.js'
import { apart } from './apart.js'
import { isHere, isLinux, kindsOf, namesWhere, openSocket, type RoundTripOption, whyNoSocket } from './kinds.js'
import { forKind, type Sample, sampled, samples } from './samples.js'

/** Sets an option whose type the compiler does not follow through the table. */
function set(socket: { fd: number }, name: WritableOption, value: unknown): void {
  setOption(socket, name, value as OptionInput)
}

interface Case {
  readonly name: ReadableOption & WritableOption
  readonly kind: SocketKind
  readonly sample: Sample
  /** Why the option cannot be set here. */
  readonly why: string
}

function whyNot(name: OptionName, kind: SocketKind): string {
  return whyNoSocket(kind) || (isHere(name) ? '' : ' (this kernel lacks it)')
}

const cases: readonly Case[] = sampled.flatMap((name) =>
  kindsOf(name).map((kind) => {
    const sample: Sample = samples[name]
    const root = sample.root && !isRoot ? ' (needs root)' : ''
    return { name, kind, sample, why: whyNot(name, kind) || root }
  }),
)

describe('the samples', () => {
  test('are for each row that can be read and set, but for those that stand apart', () => {
    const rows = namesWhere<RoundTripOption>((entry) => isLinux(entry) && entry.access === 'rw')
    expect([...sampled, ...Object.keys(apart)].sort()).toEqual([...rows].sort())
  })
})

describe('getOption', () => {
  for (const { name, kind, sample } of cases) {
    const why = whyNot(name, kind)
    test.skipIf(why)(`reads the initial ${name} of a ${kind} socket${why}`, () => {
      using socket = openSocket(kind)
      expect(getOption(socket, name)).toEqual(forKind(sample.initial, kind))
    })
  }
})

describe('setOption', () => {
  for (const { name, kind, sample, why } of cases) {
    test.skipIf(why)(`sets ${name} of a ${kind} socket, which reads back${why}`, () => {
      using socket = openSocket(kind)
      const value = forKind(sample.value, kind)
      expect(value).not.toEqual(getOption(socket, name))
      set(socket, name, value)
      expect(getOption(socket, name)).toEqual(sample.reads === undefined ? value : sample.reads)
    })
  }

  for (const { name, kind, sample, why } of cases) {
    if (name === 'SO_LOCK_FILTER') continue
    // A socket that is tied to an interface is untied by the privileged alone.
    // So is one that is tied to the clock of a new one.
    const tied = (name.startsWith('SO_BINDTO') || name === 'SO_TXTIME') && !isRoot ? ' (needs root)' : ''
    test.skipIf(why || tied)(`sets ${name} of a ${kind} socket back to what it was${why || tied}`, () => {
      using socket = openSocket(kind)
      const initial = getOption(socket, name)
      set(socket, name, forKind(sample.value, kind))
      const back = name === 'SO_RCVBUF' || name === 'SO_SNDBUF' ? (initial as number) / 2 : initial
      // What is read as the default segment is no number that was set.
      set(socket, name, name === 'TCP_MAXSEG' ? 0 : back)
      expect(getOption(socket, name)).toEqual(sample.after ?? initial)
    })
  }

  test('locks the filter for good', () => {
    using socket = openSocket('tcp')
    setOption(socket, 'SO_LOCK_FILTER', true)
    const error = thrownBy(() => setOption(socket, 'SO_LOCK_FILTER', false))
    expect(error).toMatchObject({ code: 'EPERM', syscall: 'setsockopt', option: 'SO_LOCK_FILTER' })
    expect(getOption(socket, 'SO_LOCK_FILTER')).toBe(true)
  })
})
