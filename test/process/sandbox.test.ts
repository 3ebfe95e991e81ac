import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { errnoOf } from '../../lib/errors.js'
import { built } from '../support.js'

const refusing = fileURLToPath(new URL('refusing.py', import.meta.url))
const [netlink, ipv6] = [16, 10]

/** What a program reports in a process to which a system call is refused. */
async function reportWithout<Report>(call: string, error: string, program: string): Promise<Report> {
  const text = `
    import * as sockctl from '${built}index.js'
    import * as diag from '${built}diag.js'
    import net from 'node:net'
    const codeOf = ({ code, errno, syscall }) => ({ code, errno, syscall })
    const report = (value) => process.stdout.write(JSON.stringify(value))
    ${program}`
  const args = [refusing, call, error, process.execPath, '--input-type=module', '--eval', text]
  const { stdout } = await promisify(execFile)('python3', args)
  return JSON.parse(stdout) as Report
}

const canRefuse = spawnSync('python3', [refusing, 'socket', 'EPERM', 'true']).status === 0

describe.skipIf(!canRefuse)('where the system refuses a call (needs seccomp)', () => {
  test.each(['EPERM', 'EPROTONOSUPPORT'])(
    'netlink sockets with %s: sockets() throws ERR_SOCKCTL_UNSUPPORTED',
    async (error) => {
      const program = 'try { diag.sockets() } catch (error) { report(codeOf(error)) }'
      const expected = { code: 'ERR_SOCKCTL_UNSUPPORTED', errno: errnoOf(error), syscall: 'socket' }
      expect(await reportWithout(`socket:${netlink}`, error, program)).toEqual(expected)
    },
  )

  test('netlink sockets: what closes a connection knows less of it, and does its work', async () => {
    const program = `
      const server = await sockctl.listen(net.createServer((socket) => socket.end()), { host: '127.0.0.1' })
      const socket = await sockctl.connect({ host: '127.0.0.1', port: server.address().port })
      const { closedFirst, timeWait } = await sockctl.closeAfterPeer(socket)
      report({ closedFirst, timeWait })
      server.close()`
    const expected = { closedFirst: 'peer', timeWait: 'none' }
    expect(await reportWithout(`socket:${netlink}`, 'EPERM', program)).toEqual(expected)
  })

  test.each([
    ['pidfd_open', 'ENOSYS', 'ERR_SOCKCTL_UNSUPPORTED'],
    ['pidfd_getfd', 'ENOSYS', 'ERR_SOCKCTL_UNSUPPORTED'],
    ['pidfd_getfd', 'EPERM', 'EPERM'],
  ])('%s with %s: openProcessSocket() throws %s', async (call, error, code) => {
    const program = 'try { diag.openProcessSocket(process.ppid, 0) } catch (error) { report(codeOf(error)) }'
    expect(await reportWithout(call, error, program)).toEqual({ code, errno: errnoOf(error), syscall: call })
  })

  test('pidfd_getfd: the options of a socket of its own are known all the same', async () => {
    const program = `
      const server = net.createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address()
        net.createServer().listen(port, '127.0.0.1').on('error', (error) => {
          const [{ reuseAddress, reusePort }] = diag.explainAddressInUse(error).causes
          const { unread } = diag.auditListeners().find(({ socket }) => socket.localPort === port)
          report({ reuseAddress, reusePort, unread })
          server.close()
        })
      })`
    const expected = { reuseAddress: true, reusePort: false }
    expect(await reportWithout('pidfd_getfd', 'EPERM', program)).toEqual(expected)
  })

  test('IPv6 sockets: listen() without a host listens on IPv4', async () => {
    const program = `
      const server = await sockctl.listen(net.createServer(), {})
      report(server.address().address)
      server.close()`
    expect(await reportWithout(`socket:${ipv6}`, 'EAFNOSUPPORT', program)).toBe('0.0.0.0')
  })

  test('IPv6 sockets: no option that is for them alone is available', async () => {
    const program = `
      const all = [...sockctl.options.values()].filter(({ access, number }) => number.linux && access !== 'wo')
      const available = all.filter((option) => option.available)
      report([available.filter(({ level }) => level === 'IPPROTO_IPV6').length, available.length > 100])`
    expect(await reportWithout(`socket:${ipv6}`, 'EAFNOSUPPORT', program)).toEqual([0, true])
  })

  test('IPv6 sockets: bindConflicts() measures the rest, and tells', async () => {
    const program = `
      const cases = await diag.bindConflicts({ protocol: ['udp'], firstReuse: ['none'], secondReuse: ['none'] })
      const told = new Set(cases.map(({ families, user, unmeasured }) => families + ' ' + user + ' ' + unmeasured))
      report([...told].filter((text) => !text.includes('takes root')))`
    const told = await reportWithout<string[]>(`socket:${ipv6}`, 'EAFNOSUPPORT', program)
    expect(told).toContain('ipv4 same undefined')
    for (const text of told) expect(text).toMatch(/^ipv4 \w+ undefined$|^(?!ipv4 ).* socket EAFNOSUPPORT$/)
  })
})
