import { describe, expect, test } from 'vitest'
import {
  getOption,
  type OptionInput,
  type SocketKind,
  type SystemError,
  setOption,
  setRawOption,
  type WritableOption,
} from '../../lib/index.js'
import { levelNumber } from '../../lib/options/row.js'
import { isRoot } from '../support.js'
import { entryOf, isHere, kindsOf, openSocket, whyNoSocket } from './kinds.js'
import { type Sample, sampled, samples } from './samples.js'

const ranged = sampled
  .filter((name) => entryOf(name).range !== undefined && isHere(name))
  .filter((name) => isRoot || !(samples[name] as Sample).root)
  .filter((name) => whyNoSocket(kindsOf(name)[0] as SocketKind) === '')

/** What comes of a value that goes past all checks: the code of the kernel's refusal, or what reads back. */
function outcome(name: (typeof ranged)[number], value: number): unknown {
  const { level, number } = entryOf(name)
  using socket = openSocket(kindsOf(name)[0] as SocketKind)
  try {
    setRawOption(socket, levelNumber(level), number.linux as number, value)
    return getOption(socket, name)
  } catch (error) {
    return (error as SystemError).code
  }
}

describe('the range of an option', () => {
  // An interface of the largest index does not exist.
  test.each(ranged.filter((name) => name !== 'IPV6_MULTICAST_IF'))('has two ends that the kernel takes: %s', (name) => {
    for (const end of entryOf(name).range ?? []) {
      using socket = openSocket(kindsOf(name)[0] as SocketKind)
      expect(() => setOption(socket, name as WritableOption, end as OptionInput)).not.toThrow()
    }
  })

  // Every negative SO_PEEK_OFF means what -1 means.
  test.each(ranged.filter((name) => name !== 'SO_PEEK_OFF'))(
    'leaves out what the kernel refuses or bends: %s',
    (name) => {
      const [least, most] = entryOf(name).range as readonly [number, number]
      for (const beyond of [least - 1, most + 1].filter((value) => value >= -(2 ** 31) && value < 2 ** 31)) {
        expect(outcome(name, beyond)).not.toBe(beyond)
      }
    },
  )
})
