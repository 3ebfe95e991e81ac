import { describe, expect, test } from 'vitest'
import { useOwnNetwork } from '../sockets/network.js'
import { inProcess } from '../support.js'

useOwnNetwork()

/** What drain() says of one of two listeners while something has the name that stands for their group. */
function drainedBeside(squatter: string): Promise<string> {
  // In a process of its own, since one that spins cannot be told to stop.
  return inProcess(`
    const net = await import('node:net')
    const how = { host: '127.0.0.1', reusePort: true }
    const old = await sockctl.listen(net.createServer(), how)
    const { port } = old.address()
    const next = await sockctl.listen(net.createServer(), { ...how, port })
    const path = '\\0sockctl/drain/ipv4/127.0.0.1/' + port + '/'
    const stranger = new sockctl.BareSocket('unix')
    ${squatter}
    report((await sockctl.drain(old)).guarantee)
    process.exit()`)
}

describe('drain', () => {
  test.each([
    ['does not listen', 'stranger.bind({ path })'],
    [
      'listens with a full queue',
      `stranger.listen(0, { path })
       new sockctl.BareSocket('unix').connect({ path })`,
    ],
  ])('does not wait for a stranger who has the name of the group and %s', async (_, squatter) => {
    expect(await drainedBeside(squatter)).toBe('lossless')
  })
})
