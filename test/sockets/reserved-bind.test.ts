import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import {
  BareSocket,
  bindReservedPort,
  connect,
  getOption,
  listen,
  type NoReservedPortError,
  reservedPorts,
  setOption,
} from '../../lib/index.js'
import { closeServer, portOfServer } from '../adopt/pairs.js'
import { inProcess, isRoot, nobody, thrownBy } from '../support.js'
import { portOf, tcpStates, useOwnNetwork } from './network.js'

const privilegeEdge = '/proc/sys/net/ipv4/ip_unprivileged_port_start'
const suffix = isRoot ? '' : ' (needs root)'

let held: BareSocket[] = []

/** A TCP socket that is closed after the test. */
function open(family: 'ipv4' | 'ipv6' = 'ipv4'): BareSocket {
  const socket = new BareSocket(family)
  held.push(socket)
  return socket
}

/** Binds one socket after another to reserved ports. */
function take(count: number, options: Parameters<typeof bindReservedPort>[1]): number[] {
  return Array.from({ length: count }, () => bindReservedPort(open(), options))
}

function exhausted(options: Parameters<typeof bindReservedPort>[1]): NoReservedPortError {
  return thrownBy(() => bindReservedPort(open(), options)) as unknown as NoReservedPortError
}

describe.skipIf(!isRoot)(`bindReservedPort${suffix}`, () => {
  useOwnNetwork()

  afterEach(() => {
    for (const socket of held) socket.close()
    held = []
  })

  test('gives the ports in order, one to each socket, and sets no option', () => {
    const options = { low: 1019, high: 1023, start: 1021, reserve: 1017 }
    expect(take(7, options)).toEqual([1021, 1022, 1023, 1019, 1020, 1017, 1018])
    for (const socket of held) {
      expect(getOption(socket, 'SO_REUSEADDR')).toBe(false)
      expect(socket.address()).toMatchObject({ address: '0.0.0.0' })
    }
    expect(held.map(portOf)).toEqual([1021, 1022, 1023, 1019, 1020, 1017, 1018])
  })

  test('as rresvport has 512 ports from the top and then no more', () => {
    expect(take(2, reservedPorts.rresvport)).toEqual([1023, 1022])
    for (let port = 513; port <= 1021; port++) open().bind({ port })
    expect(take(1, reservedPorts.rresvport)).toEqual([512])
    expect(exhausted(reservedPorts.rresvport)).toMatchObject({ tried: 512, refusals: { EADDRINUSE: 512 } })
  })

  test('by default starts anywhere', () => {
    const starts = Array.from({ length: 20 }, () => {
      using socket = new BareSocket('ipv4')
      return bindReservedPort(socket)
    })
    for (const port of starts) expect(port >= 600 && port <= 1023).toBe(true)
    expect(new Set(starts).size).toBeGreaterThan(5)
  })

  test('binds to the address that it is given, and to IPv6', () => {
    const socket = open()
    expect(bindReservedPort(socket, { start: 700, address: '127.0.0.5' })).toBe(700)
    expect(socket.address()).toEqual({ family: 'IPv4', address: '127.0.0.5', port: 700 })
    const other = open('ipv6')
    expect(bindReservedPort(other, { start: 700, address: '::1' })).toBe(700)
    expect(other.address()).toEqual({ family: 'IPv6', address: '::1', port: 700 })
  })

  test('skips a port that is bound, and one that is listened on', () => {
    open().bind({ port: 721 })
    const listener = open()
    setOption(listener, 'SO_REUSEADDR', true)
    listener.listen(1, { port: 722 })
    expect(take(1, { ...reservedPorts.lpd, start: 721 })).toEqual([723])
  })

  test('skips a port that is in TIME_WAIT', async () => {
    const server = await listen(net.createServer(), { host: '127.0.0.1' })
    const where = { host: '127.0.0.1', port: portOfServer(server), localPort: 801, reuseAddress: true }
    const accepted = once(server, 'connection') as Promise<[net.Socket]>
    const client = await connect(where)
    const [peer] = await accepted
    const gone = once(peer.resume(), 'close')
    client.end()
    await gone
    await expect.poll(() => tcpStates(801)).toEqual(['TIME_WAIT'])
    expect(take(1, { start: 801 })).toEqual([802])
    // The socket that left the remnant had SO_REUSEADDR: with it the port would have been given out again.
    const sharing = open()
    setOption(sharing, 'SO_REUSEADDR', true)
    expect(bindReservedPort(sharing, { start: 801 })).toBe(801)
    await closeServer(server)
  })

  test('says how many ports it tried when the range is used up', () => {
    expect(take(11, reservedPorts.lpd).sort()).toEqual(Array.from({ length: 11 }, (_, index) => 721 + index))
    const error = exhausted({ ...reservedPorts.lpd, address: '127.0.0.1' })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      code: 'ERR_SOCKCTL_NO_RESERVED_PORT',
      syscall: 'bind',
      tried: 11,
      refusals: { EADDRINUSE: 11 },
      address: '127.0.0.1',
    })
  })

  test('says that it tried none where all are excluded', () => {
    const error = exhausted({ low: 721, high: 722, exclude: [721, 722] })
    expect(error).toMatchObject({ code: 'ERR_SOCKCTL_NO_RESERVED_PORT', tried: 0, low: 721, high: 722, refusals: {} })
    expect(error).not.toHaveProperty('address')
  })

  test('stops at once at what is no matter of the port', () => {
    expect(thrownBy(() => bindReservedPort(open(), { address: '192.0.2.1', start: 800 }))).toMatchObject({
      code: 'EADDRNOTAVAIL',
      syscall: 'bind',
      port: 800,
    })
    const bound = open()
    bound.bind()
    expect(thrownBy(() => bindReservedPort(bound))).toMatchObject({ code: 'EINVAL', syscall: 'bind' })
    const wrongFamily = thrownBy(() => bindReservedPort(open(), { address: '::1' }))
    expect(wrongFamily).toHaveProperty('code', 'ERR_INVALID_ADDRESS_FAMILY')
    expect(thrownBy(() => bindReservedPort(new BareSocket('unix')))).toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
  })

  /** What nobody meets. */
  function asNobody(options: object): Promise<object> {
    return inProcess(
      `
      const socket = new sockctl.BareSocket('ipv4')
      try {
        report({ port: sockctl.bindReservedPort(socket, ${JSON.stringify(options)}) })
      } catch ({ code, errno, syscall, port, tried, refusals }) {
        report({ code, errno, syscall, port, tried, refusals })
      }`,
      nobody,
    )
  }

  test('gives nobody EACCES', async () => {
    const answer = await asNobody({ low: 721, high: 731, start: 725 })
    expect(answer).toEqual({ code: 'EACCES', errno: -13, syscall: 'bind', port: 724 })
  })

  test('goes on over ports that nobody may not have, up to one that he may', async () => {
    const before = readFileSync(privilegeEdge, 'utf8')
    writeFileSync(privilegeEdge, '729')
    try {
      expect(await asNobody({ low: 721, high: 731, start: 721 })).toEqual({ port: 729 })
      for (const port of [729, 730, 731]) open().bind({ port })
      expect(await asNobody({ low: 721, high: 731 })).toEqual({
        code: 'ERR_SOCKCTL_NO_RESERVED_PORT',
        syscall: 'bind',
        tried: 11,
        refusals: { EACCES: 8, EADDRINUSE: 3 },
      })
    } finally {
      writeFileSync(privilegeEdge, before)
    }
  })
})
