import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { getOption, peerCredentials, peerProcess } from '../../lib/index.js'
import { isHere, openSocket } from '../options/kinds.js'
import { built, isRoot, nobody, openDescriptors, thrownBy } from '../support.js'

let folder: string
let path: string
let server: net.Server

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sockctl-'))
  path = join(folder, 'socket')
  server = net.createServer({ allowHalfOpen: true }).listen({ path, readableAll: true, writableAll: true })
  await once(server, 'listening')
  chmodSync(folder, 0o755)
})

afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

/** A connection from a child, which becomes a user with groups first and ends with its connection. */
async function connectedChild(become = '') {
  const program = `${become}; require('net').connect(${JSON.stringify(path)}).resume().on('close', () => process.exit())`
  const arrival = once(server, 'connection') as Promise<[net.Socket]>
  const child = execFile(process.execPath, ['--eval', program])
  const [socket] = await arrival
  return { child, socket }
}

describe('peerCredentials', () => {
  test('tells the process, user and groups of a child', async () => {
    const { child, socket } = await connectedChild()
    const { pid, uid, gid, groups } = peerCredentials(socket)
    expect({ pid, uid, gid }).toEqual({ pid: child.pid, uid: process.getuid?.(), gid: process.getgid?.() })
    // Node tells the process's own group too, whether it is among them or not.
    const own = new Set([...(process.getgroups?.() ?? [])])
    expect(new Set([...groups, gid])).toEqual(new Set([...own, gid]))
    socket.destroy()
    await once(child, 'exit')
  })

  test.skipIf(!isRoot)(
    `tells another user, with as many groups as it has${isRoot ? '' : ' (needs root)'}`,
    async () => {
      const many = Array.from({ length: 1000 }, (_, index) => 70_000 + index)
      const become = `process.setgroups(${JSON.stringify(many)}); process.setgid(${nobody}); process.setuid(${nobody})`
      const { child, socket } = await connectedChild(become)
      const { groups, ...rest } = peerCredentials(socket)
      expect(rest).toEqual({ pid: child.pid, uid: nobody, gid: nobody })
      expect(groups.toSorted((one, other) => one - other)).toEqual(many)
      socket.destroy()
      await once(child, 'exit')
    },
  )

  test.each(['unix', 'tcp', 'udp6'] as const)('says ENODATA for a %s socket without such a peer', (kind) => {
    using socket = openSocket(kind)
    const error = thrownBy(() => peerCredentials(socket))
    expect(error).toMatchObject({ code: 'ENODATA', syscall: 'getsockopt', option: 'SO_PEERGROUPS' })
  })
})

const lacking = isHere('SO_PEERPIDFD') ? '' : ' (this kernel lacks it)'

describe.skipIf(lacking)(`peerProcess${lacking}`, () => {
  test('holds the process, and tells when it is gone', async () => {
    const { child, socket } = await connectedChild()
    const before = openDescriptors()
    const peer = peerProcess(socket)
    expect(openDescriptors()).toBe(before + 1)
    expect(peer.pid).toBe(child.pid)
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    await vi.waitFor(() => expect(peer.pid).toBeUndefined(), 50_000)
    // The credentials go on naming it.
    expect(peerCredentials(socket).pid).toBe(child.pid)
    const opened = openDescriptors()
    peer.close()
    peer.close()
    expect(openDescriptors()).toBe(opened - 1)
    expect(peer.fd).toBe(-1)
    expect(thrownBy(() => peer.pid)).toHaveProperty('code', 'ERR_SOCKET_CLOSED')
    socket.destroy()
  })

  test('is closed at the end of a block', async () => {
    const { child, socket } = await connectedChild()
    const before = openDescriptors()
    {
      using peer = peerProcess(socket)
      expect(readFileSync(`/proc/self/fdinfo/${peer.fd}`, 'latin1')).toContain(`Pid:\t${child.pid}`)
    }
    expect(openDescriptors()).toBe(before)
    socket.destroy()
    await once(child, 'exit')
  })

  test('leaves no descriptor behind where it fails', () => {
    const before = openDescriptors()
    using socket = openSocket('unix')
    const error = thrownBy(() => peerProcess(socket))
    expect(error).toMatchObject({ code: 'ENODATA', syscall: 'getsockopt', option: 'SO_PEERPIDFD' })
    expect(openDescriptors()).toBe(before + 1)
  })

  test('is closed with a worker that forgot it, and without a warning', async () => {
    const { child, socket } = await connectedChild()
    const before = openDescriptors()
    const fd = (socket as unknown as { _handle: { fd: number } })._handle.fd
    const program = `
      const warnings = []
      process.on('warning', ({ message }) => warnings.push(message))
      const { parentPort } = require('node:worker_threads')
      import('${built}index.js').then(({ peerProcess }) => {
        peerProcess(${fd}).close()
        peerProcess(${fd})
        setImmediate(() => {
          parentPort.postMessage(warnings)
          process.exit()
        })
      })`
    const worker = new Worker(program, { eval: true })
    const [[warnings]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')])
    expect(warnings).toEqual([])
    expect(openDescriptors()).toBe(before)
    socket.destroy()
    await once(child, 'exit')
  })
})

describe('SO_PEERNAME', () => {
  test('tells the path of a listener, and nothing of a client without one', async () => {
    const arrival = once(server, 'connection') as Promise<[net.Socket]>
    const client = net.connect(path)
    const [accepted] = await arrival
    expect(getOption(client, 'SO_PEERNAME')).toEqual({ family: 'unix', path })
    expect(getOption(accepted, 'SO_PEERNAME')).toEqual({ family: 'unix', path: '' })
    client.destroy()
    accepted.destroy()
  })

  test.each(['127.0.0.1', '::1'])('tells the address and port of a peer on %s', async (host) => {
    const tcp = net.createServer().listen(0, host)
    await once(tcp, 'listening')
    const { port } = tcp.address() as net.AddressInfo
    const client = net.connect(port, host)
    await once(client, 'connect')
    const family = host === '::1' ? 'IPv6' : 'IPv4'
    expect(getOption(client, 'SO_PEERNAME')).toEqual({ family, address: host, port })
    client.destroy()
    tcp.close()
  })
})
