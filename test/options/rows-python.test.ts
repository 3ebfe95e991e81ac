import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { getRawOption, type OptionInput, type SocketKind, setOption, type WritableOption } from '../../lib/index.js'
import { levelNumber } from '../../lib/options/row.js'
import { table } from '../../lib/options/table/index.js'
import { isRoot } from '../support.js'
import { entryOf, isHere, isLinux, kindsOf, namesWhere, openSocket, whyNoSocket } from './kinds.js'
import { forKind, type Sample, sampled, samples } from './samples.js'

/** Runs a program of Python's with a socket as descriptor 3, and gives the JSON that it printed. */
function python(program: string, argument: unknown, fd?: number): unknown {
  const options = { input: JSON.stringify(argument), encoding: 'utf8' } as const
  const stdio = ['pipe', 'pipe', 'inherit', ...(fd === undefined ? [] : [fd])] as ('pipe' | number)[]
  const { stdout, error } = spawnSync('python3', ['-c', program], { ...options, stdio })
  if (error) throw error
  return JSON.parse(stdout)
}

const hasPython = spawnSync('python3', ['--version']).status === 0
const why = hasPython ? '' : ' (needs python3)'

const numbersProgram = `
import json, socket, sys
print(json.dumps({name: getattr(socket, name) for name in json.load(sys.stdin) if hasattr(socket, name)}))`

const valuesProgram = `
import json, socket, sys
sock = socket.socket(fileno=3)
print(json.dumps([sock.getsockopt(level, number, 256).hex() for level, number in json.load(sys.stdin)]))
sock.detach()`

describe.skipIf(!hasPython)(`the table${why}`, () => {
  const names = namesWhere(isLinux)

  test('has the numbers that the socket module of Python has', () => {
    const theirs = python(numbersProgram, names) as Record<string, number>
    expect(Object.keys(theirs).length).toBeGreaterThan(50)
    const ours = Object.keys(theirs).map((name) => [name, entryOf(name as keyof typeof table).number.linux])
    expect(Object.fromEntries(ours)).toEqual(theirs)
  })

  test('has the levels that it has', () => {
    // It has no name for the level of MPTCP.
    const levels = [...new Set(names.map((name) => table[name].level))].filter((level) => level !== 'SOL_MPTCP')
    const ours = Object.fromEntries(levels.map((level) => [level, levelNumber(level)]))
    expect(python(numbersProgram, levels)).toEqual(ours)
  })
})

/** The options that read back on a kind of socket and can be set here, with their numbers. */
function settableOn(kind: SocketKind) {
  return (
    sampled
      .filter((name) => kindsOf(name).includes(kind) && isHere(name))
      // The second of the two ties to an interface would be a change of the first.
      .filter((name) => isRoot || !((samples[name] as Sample).root || name === 'SO_BINDTOIFINDEX'))
      .map((name) => {
        const { level, number } = entryOf(name)
        return { name, sample: samples[name] as Sample, key: [levelNumber(level), number.linux as number] as const }
      })
  )
}

describe.skipIf(!hasPython)(`another process${why}`, () => {
  for (const kind of ['tcp', 'tcp6', 'udp', 'udp6', 'raw', 'unix'] as const) {
    const reason = whyNoSocket(kind)
    test.skipIf(reason)(`sees on a ${kind} socket what was set${reason}`, () => {
      using socket = openSocket(kind)
      const rows = settableOn(kind)
      const keys = rows.map(({ key }) => key)
      const before = python(valuesProgram, keys, socket.fd) as string[]
      for (const { name, sample } of rows) {
        setOption(socket, name as WritableOption, forKind(sample.value, kind) as OptionInput)
      }
      const after = python(valuesProgram, keys, socket.fd)
      expect(after).toEqual(keys.map(([level, number]) => getRawOption(socket, level, number, 256).toString('hex')))
      const unchanged = rows.filter((_, index) => before[index] === (after as string[])[index]).map(({ name }) => name)
      // The first is taken and forgotten, and of the next two the later one holds.
      expect(unchanged.filter((name) => !['TCP_THIN_DUPACK', 'SO_TIMESTAMP', 'SO_TIMESTAMPNS'].includes(name))).toEqual(
        [],
      )
    })
  }
})
