import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { sockets } from '../../lib/diag.js'
import { native } from '../../lib/native.js'
import { isRoot, openDescriptors } from '../support.js'

/** Whether tests can have a network namespace of their own. */
export const hasNamespaces = isRoot

/**
 * Moves this thread into a network namespace of its own for the tests of a file: nobody else has reserved ports there.
 * What it starts is in there too.
 */
export function ownNamespace(): void {
  let home = -1
  let own = -1

  beforeAll(() => {
    home = native.networkNamespace()
    own = native.createNetworkNamespace()
    if (native.setNetworkNamespace(own) < 0) throw new Error('no network namespace can be made')
  })

  afterAll(() => {
    native.setNetworkNamespace(home)
    for (const fd of [own, home]) native.close(fd)
  })
}

const reserved = { low: 512, high: 1023 }

/** The reserved ports that anything but TIME_WAIT holds here, servers' own included. */
export function heldPorts(): number[] {
  const entries = sockets({ protocol: 'tcp', localPort: reserved })
  return entries.filter(({ state }) => state !== 'TIME_WAIT').map(({ localPort }) => localPort as number)
}

/** Those of them that are no server's: the tests' own connect back from 700 to 1000. */
export function clientPortsHeld(): number[] {
  return heldPorts().filter((port) => port < 700 || port > 1000)
}

/** How many reserved ports are in TIME_WAIT on the way to a port. */
export function remnantsTo(remotePort: number): number {
  return sockets({ protocol: 'tcp', state: 'TIME_WAIT', localPort: reserved, remotePort }).length
}

function holdings(): { descriptors: number; ports: number } {
  return { descriptors: openDescriptors(), ports: heldPorts().length }
}

/** Expects every test of a group to leave as many descriptors and reserved ports as there were before it. */
export function expectNothingLeft(): void {
  let before: object

  beforeEach(() => {
    before = holdings()
  })

  afterEach(async () => {
    // The last descriptors close with the turn that their servers end in.
    await once(process, 'nothing', { signal: AbortSignal.timeout(20) }).catch(() => {})
    expect(holdings()).toEqual(before)
  })
}
