import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { beforeAll, describe, expect, test } from 'vitest'
import { BareSocket, originalDestination } from '../../lib/index.js'
import { connectedPair, isRoot, thrownBy } from '../support.js'
import { useOwnNetwork } from './network.js'

useOwnNetwork()

const hasNft = spawnSync('nft', ['--version']).status === 0
const why = isRoot ? (hasNft ? '' : ' (needs nft, of the package nftables)') : ' (needs root: a firewall of its own)'
/** A port where nobody listens: what comes there is redirected. */
const advertised = 7777

/** The rule of a firewall that redirects a port to another. */
function redirect(family: 'ip' | 'ip6', port: number): void {
  const table = `table ${family} nat {
    chain output {
      type nat hook output priority -100
      tcp dport ${advertised} redirect to :${port}
    }
  }`
  execFileSync('nft', ['--file', '-'], { input: table })
}

/** Connects where nobody listens, and gives what the accepted connection tells. */
async function redirected(server: net.Server, host: string) {
  const arrival = once(server, 'connection') as Promise<[net.Socket]>
  const client = net.connect(advertised, host)
  const [accepted] = await arrival
  const told = originalDestination(accepted)
  const local = { address: accepted.localAddress, port: accepted.localPort }
  client.destroy()
  accepted.destroy()
  return { told, local }
}

describe('originalDestination without a firewall', () => {
  test('is ENOENT for a connection that nothing tracks', async () => {
    const { client, accepted, server } = await connectedPair()
    const error = thrownBy(() => originalDestination(accepted))
    expect(error).toMatchObject({ code: 'ENOENT', syscall: 'getsockopt', option: 'SO_ORIGINAL_DST' })
    for (const one of [client, accepted]) one.destroy()
    server.close()
  })

  test.each([
    ['ipv4', 'SO_ORIGINAL_DST'],
    ['ipv6', 'IP6T_SO_ORIGINAL_DST'],
  ] as const)('is ENOENT for a new socket of %s too', (family, option) => {
    using socket = new BareSocket(family)
    expect(thrownBy(() => originalDestination(socket))).toMatchObject({ code: 'ENOENT', option })
  })

  test('is not supported on a Unix socket', () => {
    using socket = new BareSocket('unix')
    expect(thrownBy(() => originalDestination(socket))).toHaveProperty('code', 'ERR_SOCKCTL_UNSUPPORTED')
  })
})

describe.skipIf(why)(`originalDestination${why}`, () => {
  let server: net.Server
  let port: number

  beforeAll(async () => {
    server = net.createServer().listen(0, '::')
    await once(server, 'listening')
    port = (server.address() as net.AddressInfo).port
    redirect('ip', port)
    redirect('ip6', port)
    return () => server.close()
  })

  test('tells where a connection that was redirected was to go', async () => {
    const { told, local } = await redirected(server, '127.0.0.5')
    expect(told).toEqual({ family: 'IPv4', address: '127.0.0.5', port: advertised })
    expect(local.port).toBe(port)
  })

  test('tells it of IPv6', async () => {
    const { told, local } = await redirected(server, '::1')
    expect(told).toEqual({ family: 'IPv6', address: '::1', port: advertised })
    expect(local).toEqual({ address: '::1', port })
  })

  test('is the own address of a connection that the firewall left alone', async () => {
    const arrival = once(server, 'connection') as Promise<[net.Socket]>
    const client = net.connect(port, '127.0.0.1')
    const [accepted] = await arrival
    expect(originalDestination(accepted)).toEqual({ family: 'IPv4', address: '127.0.0.1', port })
    client.destroy()
    accepted.destroy()
  })
})
