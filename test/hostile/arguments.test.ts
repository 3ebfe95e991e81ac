import { closeSync } from 'node:fs'
import net from 'node:net'
import fc from 'fast-check'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import * as diagEntry from '../../lib/diag.js'
import * as handoverEntry from '../../lib/handover.js'
import * as rootEntry from '../../lib/index.js'
import * as netEntry from '../../lib/net.js'
import * as rshEntry from '../../lib/rsh.js'
import { useFolder } from '../adopt/folder.js'
import { descriptorLinks } from '../native/frame.js'
import { useOwnNetwork } from '../sockets/network.js'
import { type Callable, type Change, call, placesOf } from './call.js'
import { diag, drop, handover, root, rsh, type Sound } from './sound.js'
import { fileDescriptor, labels } from './values.js'

/** What takes no arguments that it would look at, or makes a long measurement; and what only the library constructs. */
const left = ['auditListeners', 'bindConflicts', 'diagSupport', 'dropSyns', 'activatedSockets', 'ReceivedSocket']

/** How many calls each function gets, and from where they are drawn: more by the environment's CALLS, others by SEED. */
const numRuns = Number(process.env.CALLS ?? 25)
const seed = Number(process.env.SEED ?? 1)

const entries: readonly [string, object, Readonly<Record<string, Sound>>][] = [
  ['sockctl', rootEntry, root],
  ['sockctl/diag', diagEntry, diag],
  ['sockctl/handover', handoverEntry, handover],
  ['sockctl/rsh', rshEntry, rsh],
  ['sockctl/net', netEntry, drop],
]

const stock: Record<string, unknown> = { ...net }

/** The functions of an entry that are not Node's own. */
function functionsOf(entry: object): Map<string, Callable> {
  const own = Object.entries(entry).filter(([name, value]) => typeof value === 'function' && stock[name] !== value)
  return new Map(own.filter(([name]) => name !== 'Stream'))
}

let folder: string
useOwnNetwork()
useFolder((made) => {
  folder = made
})
afterAll(() => closeSync(fileDescriptor))

let links: string[]
beforeEach(() => {
  links = descriptorLinks()
})
afterEach(() => vi.waitFor(() => expect(descriptorLinks()).toEqual(links), 50_000))

describe.each(entries)('hostile arguments for %s', (_, entry, sound) => {
  const functions = functionsOf(entry)
  const names = [...functions.keys()].filter((name) => !left.includes(name))

  test('are tried on all of its functions', () => {
    expect(
      Object.keys(sound)
        .filter((name) => !left.includes(name))
        .sort(),
    ).toEqual(names.sort())
  })

  test.each(names)('of %s are refused with a code, or come to what it documents', async (name) => {
    const run = functions.get(name) as Callable
    const make = sound[name] as Sound
    const twin = entry === netEntry ? (stock[name] as Callable) : undefined
    const places = await placesOf(make, folder)
    const change = fc.tuple(fc.constantFrom(...places), fc.constantFrom(...labels))
    const changes: fc.Arbitrary<Change[]> = fc.array(change, { minLength: 1, maxLength: 2 })
    await fc.assert(
      fc.asyncProperty(changes, (made) => call({ run, make, twin }, folder, made)),
      { numRuns, seed },
    )
  })
})
