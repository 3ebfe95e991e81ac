import { describe, expect, test } from 'vitest'
import {
  attachFilter,
  attachReuseportProgram,
  dropSyns,
  type Instruction,
  setOption,
  steerTo,
} from '../../lib/index.js'
import { thrownBy } from '../support.js'
import { acceptAll, longProgram } from './programs.js'

/** A descriptor that nothing has open: had there been a system call, it would be EBADF. */
const closedFd = 19_999
const [back] = acceptAll as [Instruction]
const compare = { code: 0x15, jt: 0, jf: 0, k: 1 }
const leap = { code: 0x05, jt: 0, jf: 0, k: 0 }

function codeFor(program: unknown): string {
  const codes = [attachFilter, attachReuseportProgram].map((attach) => {
    const error = thrownBy(() => attach(closedFd, program as Instruction[]))
    expect(error).not.toHaveProperty('syscall')
    return error.code
  })
  expect(codes[0]).toBe(codes[1])
  return codes[0] as string
}

describe('a program', () => {
  test.each([undefined, null, 1, 'ret', {}, new Uint8Array(8)])('is no %j', (value) => {
    expect(codeFor(value)).toBe('ERR_INVALID_ARG_TYPE')
  })

  test('has 1 to 4096 instructions', () => {
    expect(codeFor([])).toBe('ERR_OUT_OF_RANGE')
    expect(codeFor(longProgram(4097))).toBe('ERR_OUT_OF_RANGE')
    expect(thrownBy(() => attachFilter(closedFd, longProgram(4096)))).toHaveProperty('code', 'EBADF')
  })

  test.each([
    { ...back, code: -1 },
    { ...back, code: 65_536 },
    { ...back, jt: 256 },
    { ...back, jf: -1 },
    { ...back, k: 2 ** 32 },
    { ...back, k: -1 },
    { ...back, k: 0.5 },
  ])('has no field out of its range: %j', (one) => {
    expect(codeFor([one])).toBe('ERR_OUT_OF_RANGE')
  })

  test.each([{}, null, [6, 0, 0, 0], { ...back, k: '0' }, { code: 6, k: 0 }])('has no instruction like %j', (one) => {
    expect(codeFor([one])).toBe('ERR_INVALID_ARG_TYPE')
  })

  test.each([
    { ...compare, jt: 1 },
    { ...compare, jf: 1 },
    { ...compare, jf: 255 },
    { ...leap, k: 1 },
    { ...leap, k: 2 ** 32 - 1 },
  ])('does not jump out of itself: %j', (jump) => {
    expect(codeFor([jump, back])).toBe('ERR_INVALID_ARG_VALUE')
  })

  test.each([
    { ...compare, jt: 1, jf: 1 },
    { ...compare, jt: 0, jf: 1 },
    { ...leap, k: 1 },
  ])('may jump to its last instruction: %j', (jump) => {
    const error = thrownBy(() => attachFilter(closedFd, [jump, back, back]))
    expect(error).toMatchObject({ code: 'EBADF', syscall: 'setsockopt', option: 'SO_ATTACH_FILTER' })
  })

  test('ends with a return', () => {
    expect(codeFor([back, compare])).toBe('ERR_INVALID_ARG_VALUE')
    expect(codeFor([{ ...back, code: 0x30 }])).toBe('ERR_INVALID_ARG_VALUE')
  })
})

describe('dropSyns and steerTo', () => {
  test('give programs that pass the checks', () => {
    for (const program of [dropSyns(), steerTo(0), steerTo(65_535)]) {
      expect(thrownBy(() => attachFilter(closedFd, program))).toHaveProperty('code', 'EBADF')
    }
  })

  test.each([-1, 65_536, 0.5, Number.NaN])('steer to no member %s', (index) => {
    expect(thrownBy(() => steerTo(index))).toHaveProperty('code', 'ERR_OUT_OF_RANGE')
  })
})

describe('taking a program away', () => {
  test.each(['SO_DETACH_FILTER', 'SO_DETACH_BPF', 'SO_DETACH_REUSEPORT_BPF'] as const)('is %s with true', (name) => {
    expect(thrownBy(() => setOption(closedFd, name, false as true))).toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
    expect(thrownBy(() => setOption(closedFd, name, true))).toHaveProperty('code', 'EBADF')
  })
})
