import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OptionName, options } from '../../lib/index.js'
import { isRoot, nobody } from '../support.js'
import { expectedOf, type Seen, tryOn } from './attempts.js'
import { differences } from './differences.js'
import { entryOf, isHere } from './kinds.js'
import { type Attempt, attemptsOf, isRefusal, type Phase, probedNames } from './probe.js'
import { familyFor, openProbed, type SharedSockets, shareSockets } from './probed-sockets.js'
import { isTooNew } from './written.js'

const rows = probedNames.filter((name): name is OptionName => options.has(name as OptionName))
/** What the kernel of the probe had, and the running one has not. */
const lacking = rows.filter((name) => {
  const isKnown = attemptsOf(name, 'get').some(({ outcome }) => !isRefusal(outcome))
  return isTooNew(name) || (isKnown && !isHere(name))
})
const names = rows.filter((name) => !lacking.includes(name))
/** The options by what came of the attempts that were made here. */
const seen: Readonly<Record<Seen, Set<string>>> = {
  read: new Set(),
  set: new Set(),
  refused: new Set(),
  late: new Set(),
}

let shared: SharedSockets
beforeAll(async () => {
  shared = await shareSockets()
})
afterAll(() => shared.close())

/** Does what the probe did, and compares what comes of it. */
function repeat(name: OptionName, phase: Phase, { kind, outcome }: Attempt): void {
  using socket = openProbed(kind, familyFor(entryOf(name).level), shared)
  const isLess = phase === 'nobody' && isRoot
  if (isLess) process.seteuid?.(nobody)
  try {
    seen[tryOn(socket.target, name, phase, { kind, outcome: expectedOf(name, phase, { kind, outcome }) })].add(name)
  } finally {
    if (isLess) process.seteuid?.(0)
  }
}

/** The attempts that can be made here. */
function possible(name: OptionName, phase: Phase): Attempt[] {
  return attemptsOf(name, phase).filter(({ kind }) => isRoot || !kind.startsWith('raw'))
}

const phases = { get: 'reads', root: 'sets as root', nobody: 'sets as nobody' } as const

for (const [phase, what] of Object.entries(phases) as [Phase, string][]) {
  const why = phase === 'root' && !isRoot ? ' (needs root)' : ''
  describe.skipIf(why)(`sockctl ${what} on each kind of socket what could be so, and says what could not${why}`, () => {
    test.each(names.filter((name) => possible(name, phase).length > 0))('%s', (name) => {
      const failures = possible(name, phase).flatMap((attempt) => {
        try {
          repeat(name, phase, attempt)
          return []
        } catch (error) {
          return [`${attempt.kind}, ${attempt.outcome}: ${(error as Error).message}`]
        }
      })
      expect(failures).toEqual([])
    })

    test.skip.each(lacking.filter((name) => possible(name, phase).length > 0))('%s (this kernel lacks it)', () => {})
  })
}

/** The options of which some attempt of these phases worked in the probe, where it can be made here. */
function worked(...phases: Phase[]): string[] {
  const works = (name: OptionName, phase: Phase) =>
    possible(name, phase).some((attempt) => !isRefusal(expectedOf(name, phase, attempt)))
  return names.filter((name) => phases.some((phase) => works(name, phase)))
}

describe('the options of Linux', () => {
  const setting: Phase[] = isRoot ? ['root', 'nobody'] : ['nobody']
  const isNeither = (name: string) => !seen.read.has(name) && !seen.set.has(name)

  test('are all in the table', () => {
    expect(probedNames.filter((name) => !options.has(name as OptionName))).toEqual([])
  })

  test('are read and set wherever the probe could, and refused wherever it was', () => {
    expect([...seen.read].sort()).toEqual(worked('get').sort())
    expect([...seen.set].sort()).toEqual(worked(...setting).sort())
    expect(names.filter((name) => isNeither(name) && !seen.refused.has(name))).toEqual([])
  })

  test('are counted', () => {
    const refused = names.filter((name) => seen.refused.has(name) && isNeither(name))
    const untried = names.filter((name) => attemptsOf(name, 'root').length === 0 && entryOf(name).access !== 'ro')
    const apart = Object.entries(differences).flatMap(([name, phases]) =>
      Object.entries(phases).map(([phase, { on, why }]) => `${phase} ${name} on ${on?.join(', ') ?? 'all'}: ${why}`),
    )
    const lines = [
      `${names.length} of ${probedNames.length} options of Linux: ${seen.read.size} read, ${seen.set.size} set, ` +
        `${refused.length} refused in every way that was tried`,
      `refused: ${refused.join(', ')}`,
      `left out, since this kernel lacks them: ${lacking.join(', ') || 'none'}`,
      `not set by the probe, but by the tests of samples: ${untried.join(', ')}`,
      `refused as too late on some sockets: ${[...seen.late].join(', ')}`,
      ...apart.map((line) => `another outcome than in the probe, ${line}`),
    ]
    console.log(lines.join('\n'))
    expect(new Set([...seen.read, ...seen.set, ...refused]).size).toBe(names.length)
  })
})
