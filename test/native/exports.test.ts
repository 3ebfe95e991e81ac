import { describe, expect, test } from 'vitest'
import { type Native, native } from '../../lib/native.js'
import { callChanged } from './frame.js'
import { callNames, exportNames, signatures } from './signatures.js'

/** How many arguments each export takes. */
const counts = {
  memory: 0,
  socket: 3,
  bind: 2,
  connect: 2,
  listen: 3,
  getsockname: 2,
  getpeername: 2,
  shutdown: 2,
  close: 1,
  own: 1,
  release: 1,
  dup: 1,
  getInt: 3,
  setInt: 4,
  getsockopt: 4,
  setsockopt: 4,
  setProgram: 4,
  interfaceIndex: 1,
  interfaceName: 2,
  networkNamespace: 0,
  createNetworkNamespace: 0,
  setNetworkNamespace: 1,
  send: 2,
  receive: 2,
  processSockets: 2,
  openProcess: 1,
  getProcessDescriptor: 2,
  sendDescriptors: 3,
  receiveDescriptors: 3,
  replace: 2,
} as const satisfies Record<keyof Native, number> & {
  [Name in keyof Native]: Required<Parameters<Native[Name]>>['length']
}

describe('native', () => {
  test('has the exports that the interface declares and no other', () => {
    expect(Object.keys(native).sort()).toEqual(Object.keys(counts).sort())
  })

  test('has functions only', () => {
    for (const value of Object.values(native)) expect(value).toBeTypeOf('function')
  })

  test.each(exportNames)('%s: the signatures count the arguments alike', (name) => {
    expect(signatures[name]).toHaveLength(counts[name])
  })

  test.each(callNames)('%s reads each of its arguments', (name) => {
    for (const index of signatures[name].keys()) {
      const outcome = callChanged(name, (args) => args.with(index, Symbol('no argument')))
      expect(outcome, `argument ${index}`).toHaveProperty('thrown')
    }
  })

  test.each(callNames)('%s reads no argument beyond them', (name) => {
    const outcome = callChanged(name, (args) => [...args, Symbol('too many'), Symbol('far too many')])
    expect(outcome).toHaveProperty('returned')
  })
})

describe('memory', () => {
  test('gives the same integers each time', () => {
    expect(native.memory()).toBeInstanceOf(Int32Array)
    expect(native.memory()).toBe(native.memory())
  })
})
