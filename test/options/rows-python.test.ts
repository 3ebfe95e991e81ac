import { describe, expect, test } from 'vitest'
import { getRawOption, type OptionInput, type SocketKind, setOption, type WritableOption } from '../../lib/index.js'
import { levelNumber } from '../../lib/options/row.js'
import { table } from '../../lib/options/table/index.js'
import { isRoot } from '../support.js'
import { entryOf, isHere, isLinux, kindsOf, namesWhere, openSocket, whyNoSocket } from './kinds.js'
import { python, whyNoPython } from './python.js'
import { forKind, type Sample, sampled, samples } from './samples.js'

const numbersProgram = `
import json, socket, sys
print(json.dumps({name: getattr(socket, name) for name in json.load(sys.stdin) if hasattr(socket, name)}))`

/** Two that are taken and forgotten, and stamps of time, of which the last one holds. */
const overridden = ['TCP_THIN_DUPACK', 'SO_BSDCOMPAT', 'SO_TIMESTAMP', 'SO_TIMESTAMPNS', 'SO_TIMESTAMP_NEW']

const valuesProgram = `
import json, socket, sys
sock = socket.socket(fileno=3)
print(json.dumps([sock.getsockopt(level, number, 256).hex() for level, number in json.load(sys.stdin)]))
sock.detach()`

describe.skipIf(whyNoPython)(`the table${whyNoPython}`, () => {
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
    expect(ours).toMatchObject(python(numbersProgram, levels) as object)
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

describe.skipIf(whyNoPython)(`another process${whyNoPython}`, () => {
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
      expect(unchanged.filter((name) => !overridden.includes(name))).toEqual([])
    })
  }
})
