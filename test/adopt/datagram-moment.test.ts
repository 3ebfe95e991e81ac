import type dgram from 'node:dgram'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BareSocket, bindDatagram, getOption, setOption } from '../../lib/index.js'
import { portOf, unusedPort, useOwnNetwork } from '../sockets/network.js'
import { closeDatagram, datagramTypes, keepDatagrams } from './datagrams.js'
import { Intruder, intruderUser } from './intruder.js'

useOwnNetwork()

const make = keepDatagrams()
let intruder: Intruder

beforeAll(async () => {
  intruder = new Intruder()
  await intruder.ready()
})

afterAll(() => intruder.end())

/** Binds as soon as the other process leaves the port free between two of its looks at it. */
async function bindInBetween(type: 'udp4' | 'udp6', address: string, port: number): Promise<dgram.Socket> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const socket = make(type)
    try {
      return await bindDatagram(socket, { address, port })
    } catch (error) {
      socket.close()
      expect(error).toHaveProperty('code', 'EADDRINUSE')
    }
  }
  throw new Error('the port was never free')
}

describe.each(datagramTypes)(`an intruder of ${intruderUser}, with $type`, ({ type, family, loopback, wildcard }) => {
  test('gets into none of 100 sockets of bindDatagram, while they are bound and later', async () => {
    const port = unusedPort(loopback)
    let tries = 0
    for (let round = 0; round < 100; round++) {
      const { result } = await intruder.attack(family, loopback, port, 100)
      const socket = await bindInBetween(type, round % 2 ? wildcard : loopback, port)
      const intrusion = await result
      expect(intrusion.successes).toBe(0)
      tries += intrusion.tries
      await closeDatagram(socket)
    }
    expect(tries).toBe(10_000)
  })

  test('gets into a socket that was bound before Node adopted it, in the moment that this leaves, for good', async () => {
    const bare = new BareSocket(family, 'datagram')
    bare.bind({ address: loopback })
    const port = portOf(bare)
    const socket = make(type)
    const listening = once(socket, 'listening')
    socket.bind({ fd: bare.fd, exclusive: true })
    bare.detach()
    await listening
    // The moment, held open.
    expect(getOption(socket, 'SO_REUSEADDR')).toBe(true)
    const { result } = await intruder.attack(family, loopback, port, 1)
    expect(await result).toEqual({ tries: 1, successes: 1 })
    setOption(socket, 'SO_REUSEADDR', false)
    // The datagrams of the first socket are the intruder's now.
    let received = 0
    socket.on('message', () => received++)
    const sender = make(type)
    for (let index = 0; index < 10; index++) {
      await new Promise((resolve) => sender.send('secret', port, loopback, resolve))
    }
    await intruder.release()
    sender.send('after', port, loopback)
    const [last] = await once(socket, 'message')
    expect(String(last)).toBe('after')
    expect(received).toBe(1)
  })

  test('gets into a stock socket with reuseAddr', async () => {
    const socket = make({ type, reuseAddr: true })
    const listening = once(socket, 'listening')
    socket.bind(0, loopback)
    await listening
    const { result } = await intruder.attack(family, loopback, socket.address().port, 10)
    expect(await result).toEqual({ tries: 10, successes: 10 })
    await intruder.release()
  })
})
