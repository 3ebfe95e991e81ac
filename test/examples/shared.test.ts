import { describe, expect, test } from 'vitest'
import { tcpStates, useOwnNetwork } from '../sockets/network.js'
import { keepExamples } from './run.js'

useOwnNetwork()

const start = keepExamples()
const members = 3
const requests = 96

/** Asks until it is past all chance that a member was left out; gives the different answers. */
async function answersAt(port: number): Promise<Set<string>> {
  const answers = new Set<string>()
  for (let count = 0; count < requests; count++) {
    answers.add(await (await fetch(`http://127.0.0.1:${port}/`)).text())
  }
  return answers
}

/** How many sockets listen at a port. */
function listeners(port: number): number {
  return tcpStates(port).filter((state) => state === 'LISTEN').length
}

describe('examples/cluster.mjs', () => {
  test('has a listener for each worker, and each gets connections', async () => {
    const cluster = start('cluster.mjs', '0', String(members))
    const port = await cluster.port()
    expect(listeners(port)).toBe(members)
    expect((await answersAt(port)).size).toBe(members)
    expect(await cluster.stop()).toEqual({ status: 0, stderr: '' })
    expect(listeners(port)).toBe(0)
  })
})

describe('examples/worker-threads.mjs', () => {
  test('has a listener for each thread, and each gets connections', async () => {
    const threads = start('worker-threads.mjs', '0', String(members))
    const port = await threads.port()
    expect(listeners(port)).toBe(members)
    expect((await answersAt(port)).size).toBe(members)
    expect(await threads.stop()).toEqual({ status: 0, stderr: '' })
    expect(listeners(port)).toBe(0)
  })
})
