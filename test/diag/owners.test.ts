import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { type SocketEntry, sockets } from '../../lib/diag.js'
import { BareSocket } from '../../lib/index.js'
import { portOf } from '../sockets/network.js'
import { built, inProcess, isRoot, nobody } from '../support.js'

/** A listener of this process. */
function listener(): BareSocket {
  const socket = new BareSocket('ipv4')
  socket.listen(1, { address: '127.0.0.1' })
  return socket
}

describe('sockets with processes', () => {
  test('tells who has a socket open, by each of its descriptors', () => {
    using socket = listener()
    const [entry] = sockets({ protocol: 'tcp', localPort: portOf(socket), processes: true })
    const command = readFileSync('/proc/self/comm', 'utf8').trimEnd()
    const uid = process.getuid?.()
    expect(entry?.owners).toEqual([
      expect.objectContaining({ pid: process.pid, fd: socket.fd, command, uid, commandLine: expect.any(String) }),
    ])
    expect(entry?.ownersComplete).toBe(isRoot)
  })

  test('tells the user by name', () => {
    using socket = listener()
    const [entry] = sockets({ protocol: 'tcp', localPort: portOf(socket), processes: true })
    const line = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((one) => one.split(':')[2] === String(process.getuid?.()))
    expect(entry?.owners?.[0]?.user).toBe(line?.split(':')[0])
  })

  test('tells of no owner where it was not asked', () => {
    using socket = listener()
    const [entry] = sockets({ protocol: 'tcp', localPort: portOf(socket) })
    expect(entry).not.toHaveProperty('owners')
  })

  test('finds the sockets of a process', () => {
    using socket = listener()
    const found = sockets({ pid: process.pid, protocol: 'tcp' })
    expect(found.map(({ localPort }) => localPort)).toContain(portOf(socket))
    expect(found.every(({ inode }) => inode !== 0)).toBe(true)
  })

  test('finds the descriptors of a process that has thousands', async () => {
    const count = await inProcess<number>(`
      const made = Array.from({ length: 5000 }, () => new sockctl.BareSocket('unix', 'datagram'))
      report(diag.sockets({ protocol: 'unix', pid: process.pid }).length)`)
    expect(count).toBeGreaterThanOrEqual(5000)
  })

  test('gives the command line of an owner', async () => {
    const [entry] = await inProcess<SocketEntry[]>(`
      const socket = new sockctl.BareSocket('ipv4')
      socket.listen(1, { address: '127.0.0.1' })
      report(diag.sockets({ protocol: 'tcp', localPort: socket.address().port, processes: true }))`)
    expect(entry?.owners?.[0]?.commandLine).toContain('--input-type=module --eval')
    expect(entry?.owners?.[0]?.commandLine).toContain(basename(process.execPath))
  })

  test.skipIf(!isRoot)(
    `leaves out other users' processes and says so${isRoot ? '' : ' (needs root to become one)'}`,
    async () => {
      using socket = listener()
      const program = `
      const own = new sockctl.BareSocket('ipv4')
      own.listen(1, { address: '127.0.0.1' })
      const localPort = [own.address().port, ${portOf(socket)}]
      let code
      try { diag.sockets({ pid: ${process.pid} }) } catch (error) { code = error.code }
      report({ entries: diag.sockets({ protocol: 'tcp', state: 'LISTEN', localPort, processes: true }), code })`
      const { entries, code } = await inProcess<{ entries: SocketEntry[]; code: string }>(program, nobody)
      const [others, own] = [entries.filter(({ uid }) => uid === 0), entries.filter(({ uid }) => uid === nobody)]
      expect(others).toMatchObject([{ owners: [], ownersComplete: false, localPort: portOf(socket) }])
      expect(own).toMatchObject([{ owners: [{ uid: nobody, user: 'nobody' }], ownersComplete: false }])
      expect(code).toBe('EACCES')
    },
  )

  test.skipIf(!isRoot)(
    `says that an owner may be hidden where /proc shows none${isRoot ? '' : ' (needs root to cover it)'}`,
    async () => {
      // A sanitizer needs /proc at the end.
      const program = `
      import { execFileSync } from 'node:child_process'
      import { sockets } from '${built}diag.js'
      import { BareSocket } from '${built}index.js'
      const socket = new BareSocket('ipv4')
      socket.listen(1, { address: '127.0.0.1' })
      execFileSync('mount', ['-t', 'tmpfs', 'none', '/proc'])
      console.log(JSON.stringify(sockets({ protocol: 'tcp', state: 'LISTEN', localPort: socket.address().port, processes: true })))
      execFileSync('umount', ['/proc'])`
      const node = [process.execPath, '--input-type=module', '--eval', program]
      const { stdout } = await promisify(execFile)('unshare', ['--mount', ...node])
      expect(JSON.parse(stdout)).toMatchObject([{ owners: [], ownersComplete: false }])
    },
  )

  test.skipIf(!isRoot).each([
    ['0', nobody, false],
    ['2', 0, true],
    ['2', nobody, false],
    ['4', nobody, false],
  ])(
    `with hidepid=%s tells user %i of all owners: %s${isRoot ? '' : ' (needs root to mount /proc)'}`,
    async (hidepid, uid, expected) => {
      // The process itself is to be seen, and nobody else of whom it is known.
      const program = `
      import { sockets } from '${built}diag.js'
      import { BareSocket } from '${built}index.js'
      process.setgroups([])
      process.setgid(${uid})
      process.setuid(${uid})
      const socket = new BareSocket('ipv4')
      socket.listen(1, { address: '127.0.0.1' })
      const [entry] = sockets({ protocol: 'tcp', localPort: socket.address().port, processes: true })
      console.log(JSON.stringify([entry.owners.length, entry.ownersComplete]))`
      const mount = `mount -t proc -o hidepid=${hidepid} proc /proc && exec "$@"`
      const node = [process.execPath, '--input-type=module', '--eval', program]
      const { stdout } = await promisify(execFile)('unshare', ['--mount', 'sh', '-c', mount, 'sh', ...node])
      expect(JSON.parse(stdout)).toEqual([1, expected])
    },
  )

  test.skipIf(!isRoot)(
    `cannot tell marks without CAP_NET_ADMIN${isRoot ? '' : ' (needs root to drop it)'}`,
    async () => {
      const program = `
      try { diag.sockets({ protocol: 'tcp', mark: 1 }) } catch ({ code, syscall }) { report([code, syscall]) }`
      expect(await inProcess<string[]>(program, nobody)).toEqual(['EPERM', 'sock_diag'])
    },
  )
})
