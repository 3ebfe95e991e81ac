import type dgram from 'node:dgram'
import { getEventListeners, once } from 'node:events'
import net from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { errnoOf } from '../../lib/errors.js'
import { BareSocket, bindDatagram, type DatagramOptions } from '../../lib/index.js'
import { native } from '../../lib/native.js'
import { portOf, useOwnNetwork } from '../sockets/network.js'
import { inProcess, isRoot, nobody, openDescriptors, rejectionOf } from '../support.js'
import { closeDatagram, datagramTypes, keepDatagrams, refusedDatagram } from './datagrams.js'

useOwnNetwork()

const make = keepDatagrams()

describe.each(datagramTypes)('bindDatagram with $type', ({ type, family, loopback }) => {
  test('says bind for a port that is taken, with address and port, and leaves the socket as it was', async () => {
    using holder = new BareSocket(family, 'datagram')
    holder.bind({ address: loopback })
    const port = portOf(holder)
    expect(await refusedDatagram(make(type), { address: loopback, port })).toMatchObject({
      code: 'EADDRINUSE',
      errno: errnoOf('EADDRINUSE'),
      syscall: 'bind',
      address: loopback,
      port,
    })
  })

  test('says bind for an address of another host', async () => {
    const address = family === 'ipv4' ? '192.0.2.1' : '2001:db8::1'
    const error = await refusedDatagram(make(type), { address, port: 8080 })
    expect(error).toMatchObject({ code: 'EADDRNOTAVAIL', syscall: 'bind', address, port: 8080 })
  })

  test('rejects an option that the kernel refuses, and names it', async () => {
    const error = await refusedDatagram(make(type), { options: { SO_BROADCAST: true, SO_BINDTODEVICE: 'no-such-one' } })
    expect(error).toMatchObject({ syscall: 'setsockopt', option: 'SO_BINDTODEVICE' })
  })

  test('rejects with what control throws', async () => {
    const reason = new RangeError('on purpose')
    const control = () => {
      throw reason
    }
    expect(await refusedDatagram(make(type), { control })).toBe(reason)
  })

  test('does not let control bind or close the socket', async () => {
    expect(await refusedDatagram(make(type), { control: (bare) => bare.bind() })).toHaveProperty('code', 'EINVAL')
    const error = await refusedDatagram(make(type), { control: (bare) => bare.close() })
    expect(error).toHaveProperty('code', 'ERR_SOCKET_CLOSED')
  })

  test('passes the error of a lookup on', async () => {
    const error = await refusedDatagram(make(type), { address: 'name.invalid' })
    expect(error).toHaveProperty('syscall', 'getaddrinfo')
  })

  test('refuses a socket that is bound, or about to be', async () => {
    const bound = await bindDatagram(make(type))
    expect(await rejectionOf(bindDatagram(bound))).toHaveProperty('code', 'ERR_SOCKET_ALREADY_BOUND')
    const binding = make(type)
    binding.bind()
    expect(await rejectionOf(bindDatagram(binding))).toHaveProperty('code', 'ERR_SOCKET_ALREADY_BOUND')
    await once(binding, 'listening')
    const overtaken = make(type)
    const attempt = rejectionOf(bindDatagram(overtaken))
    overtaken.bind()
    expect(await attempt).toHaveProperty('code', 'ERR_SOCKET_ALREADY_BOUND')
    await once(overtaken, 'listening')
  })

  test('refuses a socket that is closed, before and meanwhile', async () => {
    const socket = make(type)
    const descriptors = openDescriptors()
    const attempt = rejectionOf(bindDatagram(socket))
    await closeDatagram(socket)
    expect(await attempt).toHaveProperty('code', 'ERR_SOCKET_DGRAM_NOT_RUNNING')
    expect(await rejectionOf(bindDatagram(socket))).toHaveProperty('code', 'ERR_SOCKET_DGRAM_NOT_RUNNING')
    expect(openDescriptors()).toBeLessThanOrEqual(descriptors)
  })

  test('refuses an address of the other family', async () => {
    const address = family === 'ipv4' ? '::1' : '127.0.0.1'
    const error = await refusedDatagram(make(type), { address })
    expect(error).toHaveProperty('code', 'ERR_INVALID_ADDRESS_FAMILY')
  })

  test('closes the socket when a listener of its own throws', async () => {
    const descriptors = openDescriptors()
    const socket = make(type).on('listening', () => {
      throw new RangeError('on purpose')
    })
    const gone = once(socket, 'close')
    expect(await rejectionOf(bindDatagram(socket))).toBeInstanceOf(RangeError)
    await gone
    expect(openDescriptors()).toBeLessThanOrEqual(descriptors)
  })
})

describe('bindDatagram with a signal', () => {
  test('that fired rejects and makes no socket', async () => {
    const reason = new RangeError('on purpose')
    const error = await refusedDatagram(make('udp4'), { signal: AbortSignal.abort(reason) })
    expect(error).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: reason })
  })

  test('that fires while it waits, or in control, rejects', async () => {
    for (const address of ['localhost', '127.0.0.1']) {
      const controller = new AbortController()
      const attempt = refusedDatagram(make('udp4'), { address, signal: controller.signal })
      controller.abort()
      expect(await attempt).toHaveProperty('code', 'ABORT_ERR')
    }
    const controller = new AbortController()
    const error = await refusedDatagram(make('udp4'), {
      signal: controller.signal,
      control: () => controller.abort(),
    })
    expect(error).toHaveProperty('code', 'ABORT_ERR')
  })

  test('that fires later closes the socket', async () => {
    const controller = new AbortController()
    const socket = await bindDatagram(make('udp4'), { signal: controller.signal })
    const gone = once(socket, 'close')
    controller.abort()
    await gone
  })

  test('has nothing to do with the socket once that is closed', async () => {
    const { signal } = new AbortController()
    await closeDatagram(await bindDatagram(make('udp4'), { signal }))
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})

test.skipIf(!isRoot)(`bindDatagram says bind where nobody may not${isRoot ? '' : ' (needs root)'}`, async () => {
  const answer = await inProcess(
    `
    import dgram from 'node:dgram'
    const socket = dgram.createSocket('udp4').on('error', () => report('an event'))
    sockctl.bindDatagram(socket, { address: '127.0.0.1', port: 80 })
      .catch(({ code, syscall, port }) => { socket.close(); report({ code, syscall, port }) })`,
    nobody,
  )
  expect(answer).toEqual({ code: 'EACCES', syscall: 'bind', port: 80 })
})

describe('bindDatagram with wrong arguments', () => {
  test.each([
    ['null', null, 'ERR_INVALID_ARG_TYPE'],
    ['a port alone', 53, 'ERR_INVALID_ARG_TYPE'],
    ['port -1', { port: -1 }, 'ERR_SOCKET_BAD_PORT'],
    ['port 65536', { port: 65_536 }, 'ERR_SOCKET_BAD_PORT'],
    ['a word for a port', { port: 'dns' }, 'ERR_INVALID_ARG_TYPE'],
    ['a bad reserved range', { port: { low: 0 } }, 'ERR_OUT_OF_RANGE'],
    ['two addresses', { address: '127.0.0.1', port: { address: '127.0.0.2' } }, 'ERR_INVALID_ARG_VALUE'],
    ['a number for an address', { address: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ['a reserved port at an address of the other family', { port: { address: '::1' } }, 'ERR_INVALID_ADDRESS_FAMILY'],
    ['ipv6Only for IPv4', { ipv6Only: true }, 'ERR_INVALID_ARG_VALUE'],
    ['ipv6Only: 1', { ipv6Only: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ['reusePort: 1', { reusePort: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ['reuseAddress: 1', { reuseAddress: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ['an option that does not exist', { options: { SO_NONE: 1 } }, 'ERR_INVALID_ARG_VALUE'],
    ['a control that is no function', { control: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ['a control that waits', { control: async () => {} }, 'ERR_INVALID_ARG_VALUE'],
    ['a signal that is none', { signal: {} }, 'ERR_INVALID_ARG_TYPE'],
  ])('refuses %s', async (_, options, code) => {
    const error = await rejectionOf(bindDatagram(make('udp4'), options as unknown as DatagramOptions))
    expect(error).toHaveProperty('code', code)
  })

  test('refuses what is no datagram socket', async () => {
    for (const socket of [null, {}, net.createServer()]) {
      const error = await rejectionOf(bindDatagram(socket as unknown as dgram.Socket))
      expect(error).toHaveProperty('code', 'ERR_INVALID_ARG_TYPE')
    }
  })

  test('makes no system call', async () => {
    const spy = vi.spyOn(native, 'socket')
    try {
      await rejectionOf(bindDatagram(make('udp4'), { address: '::1' }))
      await rejectionOf(bindDatagram(make('udp4'), { port: -1 }))
      expect(spy).not.toHaveBeenCalled()
    } finally {
      spy.mockRestore()
    }
  })
})
