import dgram from 'node:dgram'
import net from 'node:net'
import { describe, expect, test } from 'vitest'
import {
  type BareSocket,
  bindDatagram,
  connect,
  getOption,
  listen,
  type OptionName,
  type SocketKind,
  type SocketPreparation,
} from '../../lib/index.js'
import { isHere, kindsOf } from '../options/kinds.js'
import { forKind, type Sample, sampled, samples } from '../options/samples.js'
import { isRoot, rejectionOf } from '../support.js'

/** What makes a socket of each kind, with options. */
const makers: readonly (readonly [
  what: string,
  kind: SocketKind,
  make: (how: SocketPreparation) => Promise<unknown>,
])[] = [
  ['listen', 'tcp', (how) => listen(net.createServer(), { host: '127.0.0.1', ...how })],
  ['listen', 'tcp6', (how) => listen(net.createServer(), { host: '::1', ...how })],
  ['listen', 'unix', (how) => listen(net.createServer(), { path: '\0sockctl-test-options', ...how })],
  ['connect', 'tcp', (how) => connect({ host: '127.0.0.1', port: 9, localAddress: '127.0.0.1', ...how })],
  ['connect', 'tcp6', (how) => connect({ host: '::1', port: 9, localAddress: '::1', ...how })],
  ['connect', 'unix', (how) => connect({ path: '\0sockctl-test-options', ...how })],
  ['bindDatagram', 'udp', (how) => bindDatagram(dgram.createSocket('udp4').unref(), how)],
  ['bindDatagram', 'udp6', (how) => bindDatagram(dgram.createSocket('udp6').unref(), how)],
]

/** What would make the event loop wait, or spin, and is refused. */
function isRefused(name: OptionName, kind: SocketKind): boolean {
  return name === 'SO_LINGER' || (kind.startsWith('udp') && /^IP(V6)?_RECVERR$/.test(name))
}

describe.each(makers)('%s with a %s socket', (_, kind, make) => {
  const names = sampled.filter((name) => {
    const sample: Sample = samples[name]
    return kindsOf(name).includes(kind) && isHere(name) && (isRoot || !sample.root) && !isRefused(name, kind)
  })

  test(`sets each of ${names.length} options of the table before it binds`, async () => {
    expect(names.length).toBeGreaterThan(kind === 'unix' ? 5 : 25)
    for (const name of names) {
      const sample: Sample = samples[name]
      const value = forKind(sample.value, kind)
      const stop = new Error('seen enough')
      const control = (socket: BareSocket) => {
        expect(getOption(socket, name), name).toEqual(sample.reads ?? value)
        expect(socket.address().port ?? 0).toBe(0)
        throw stop
      }
      expect(await rejectionOf(make({ options: { [name]: value }, control }))).toBe(stop)
    }
  })

  test('refuses a time to linger', async () => {
    const error = await rejectionOf(make({ options: { SO_LINGER: { on: true, seconds: 5 } } }))
    expect(error).toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
  })
})
