import type net from 'node:net'
import { describe, expect, test } from 'vitest'
import { multiRsh } from '../../lib/rsh.js'
import { rejectionOf } from '../support.js'
import { hasNamespaces, ownNamespace, remnantsTo } from './namespace.js'
import { allOf, echo, rshServer, type Visit } from './server.js'

const names = { localUser: 'me', remoteUser: 'you' }

function addresses(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `127.2.${index >> 8}.${index & 255}`)
}

describe.skipIf(!hasNamespaces)('multiRsh (needs root, for a network namespace)', () => {
  ownNamespace()

  // First: what servers connect back from stays in TIME_WAIT here, where both ends are one host.
  test('waits for the next port, and says so, where one address has all of them', async () => {
    await using server = await rshServer(async ({ socket }) => {
      await new Promise((resolve) => setTimeout(resolve, 100))
      socket.end('\0')
    })
    const reasons: string[] = []
    const onWait = ({ reason, used }: { reason: string; used: number }) => reasons.push(`${reason} ${used}`)
    const options = { ...names, port: server.port, command: 'date', stderr: 'joined', fanout: 520, onWait } as const
    const results = await allOf(multiRsh(Array(520).fill('127.0.0.1'), options))
    expect(results.filter(({ ok }) => ok)).toHaveLength(520)
    expect(reasons).toEqual(Array(8).fill('port 512'))
  })

  test('has second connections come where one address has all the ports', async () => {
    let next = 0
    // From an address of its own, and the next port where something listens on one, as it is the same host here.
    const connectBack = (back: Visit['back']): Promise<net.Socket> => {
      const localPort = 512 + (next++ % 512)
      return back({ localAddress: '127.9.0.1', localPort, reuseAddress: true }).catch(() => connectBack(back))
    }
    await using server = await rshServer(async ({ socket, back }) => {
      const errors = await connectBack(back)
      socket.resume().end('\0out')
      errors.end('err')
    })
    const options = { ...names, port: server.port, command: 'date', fanout: 520 } as const
    const results = await allOf(multiRsh(Array(520).fill('127.0.0.1'), options))
    expect(results.filter(({ stdout, stderr }) => `${stdout}${stderr}` === 'outerr')).toHaveLength(520)
  })

  test('sends ten commands at once to each host, and mixes up none', async () => {
    await using server = await rshServer(echo, '0.0.0.0')
    const { port } = server
    const runs = Array.from({ length: 10 }, async (_, index) => {
      const command = `command ${index}`
      const results = await allOf(multiRsh(addresses(20), { ...names, port, command }))
      return results.filter(({ stdout, stderr }) => `${stdout}` === command && `${stderr}` === `${command}!`).length
    })
    expect(await Promise.all(runs)).toEqual(Array(10).fill(20))
    expect(remnantsTo(port)).toBe(0)
  })

  test('connects to many hosts from few ports', async () => {
    await using server = await rshServer(echo, '0.0.0.0')
    const options = { ...names, port: server.port, command: 'date', stderr: 'joined', fanout: 600 } as const
    const results = await allOf(multiRsh(addresses(600), options))
    expect(results.filter(({ ok }) => ok)).toHaveLength(600)
    expect(new Set(server.clientPorts).size).toBeLessThan(5)
  })

  test('goes on from other ports where its own end of the connection is in TIME_WAIT', async () => {
    await using server = await rshServer(({ socket }) => {
      socket.write('\0')
      socket.resume().on('end', () => socket.end())
    })
    const options = { ...names, port: server.port, command: 'cat', stderr: 'joined', stdin: 'end' } as const
    const results = await allOf(multiRsh(Array(40).fill('127.0.0.1'), options))
    expect(results.map(({ ok, timeWait }) => `${ok} ${timeWait}`)).toEqual(Array(40).fill('true local'))
    expect(remnantsTo(server.port)).toBe(40)
  })

  test('goes on from ports in TIME_WAIT where all are, and the kernel lets it', async () => {
    await using server = await rshServer(({ socket }) => {
      socket.write('\0')
      socket.resume().on('end', () => socket.end())
    })
    const more = { stderr: 'joined', stdin: 'end', portTimeout: 5000 } as const
    const options = { ...names, port: server.port, command: 'cat', ...more }
    const results = await allOf(multiRsh(Array(700).fill('127.0.0.1'), options))
    expect(results.filter(({ ok }) => ok)).toHaveLength(700)
  })

  test('gives the results in order where it is asked to', async () => {
    await using server = await rshServer(echo, '0.0.0.0')
    const hosts = addresses(50)
    const results = await allOf(multiRsh(hosts, { ...names, port: server.port, command: 'x', inOrder: true }))
    expect(results.map(({ host }) => host)).toEqual(hosts)
  })

  test('takes hosts only as fast as its results are taken, and stops where the loop does', async () => {
    await using server = await rshServer(echo, '0.0.0.0')
    let taken = 0
    let isReturned = false
    async function* hosts() {
      try {
        for (const host of addresses(200)) {
          taken++
          yield host
        }
      } finally {
        isReturned = true
      }
    }
    for await (const { ok } of multiRsh(hosts(), { ...names, port: server.port, command: 'x', fanout: 2 })) {
      expect(ok).toBe(true)
      await new Promise((resolve) => setTimeout(resolve, 100))
      break
    }
    expect(taken).toBeLessThan(15)
    expect(isReturned).toBe(true)
  })

  test('hands output on no faster than it is taken', async () => {
    const size = 4_000_000
    await using server = await rshServer(({ socket }) => socket.resume().end(Buffer.alloc(size)) && undefined)
    let busy = 0
    let most = 0
    let length = 0
    const onData = async (_: string, __: string, chunk: Buffer) => {
      most = Math.max(most, ++busy)
      await new Promise((resolve) => setImmediate(resolve))
      busy--
      length += chunk.length
    }
    const options = { ...names, port: server.port, command: 'x', stderr: 'joined', onData } as const
    const [result] = await allOf(multiRsh(['127.0.0.1'], options))
    expect([result?.ok, most, length]).toEqual([true, 1, size - 1])
  })

  test('hands on no faster what came before the second connection', async () => {
    await using server = await rshServer(async ({ socket, back }) => {
      for (const text of ['\0', 'a', 'b']) {
        socket.write(text)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      const errors = await back()
      socket.resume().end('c')
      errors.end()
    })
    let busy = 0
    let most = 0
    let text = ''
    const onData = async (_: string, __: string, chunk: Buffer) => {
      most = Math.max(most, ++busy)
      await new Promise((resolve) => setTimeout(resolve, 20))
      busy--
      text += chunk
    }
    const [result] = await allOf(multiRsh(['127.0.0.1'], { ...names, port: server.port, command: 'x', onData }))
    expect([result?.ok, most, text]).toEqual([true, 1, 'abc'])
  })

  test('limits the time of each command, and ends all with a signal', async () => {
    await using server = await rshServer(({ socket }) => void socket.write('\0'))
    const options = { ...names, port: server.port, command: 'x', stderr: 'joined' } as const
    const [late] = await allOf(multiRsh(['127.0.0.1'], { ...options, timeout: 50 }))
    expect(late?.error).toMatchObject({ code: 'ERR_SOCKCTL_RSH_TIMEOUT', phase: 'command' })
    const results = multiRsh(['127.0.0.1'], { ...options, signal: AbortSignal.timeout(50) })
    expect(await rejectionOf(allOf(results))).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' })
  })

  test('tells of a host that is none in its result', async () => {
    const [result] = await allOf(multiRsh(['a:b:c'], { ...names, command: 'x' }))
    expect(result).toMatchObject({ host: 'a:b:c', ok: false, error: { code: 'ERR_INVALID_ARG_VALUE' } })
  })
})
