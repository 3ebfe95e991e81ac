import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { setOption } from '../../lib/index.js'
import { openSocket } from '../options/kinds.js'
import { built, isRoot, thrownBy } from '../support.js'

/**
 * Loads an eBPF program that returns a number (BPF_PROG_TYPE_SOCKET_FILTER), and becomes a process of Node's that has it
 * as descriptor 3. Exits with 77 where the kernel does not let it.
 */
const loader = `
import ctypes, os, platform, struct, sys
number = {'x86_64': 321, 'aarch64': 280}.get(platform.machine())
if number is None: sys.exit(77)
code = struct.pack('=BBhi', 0xb7, 0, 0, int(sys.argv[1])) + struct.pack('=BBhi', 0x95, 0, 0, 0)
code, license = ctypes.create_string_buffer(code), ctypes.create_string_buffer(b'GPL')
attributes = struct.pack('=IIQQ', 1, 2, ctypes.addressof(code), ctypes.addressof(license)).ljust(128, b'\\0')
fd = ctypes.CDLL(None, use_errno=True).syscall(number, 5, ctypes.create_string_buffer(attributes), 128)
if fd < 0: sys.exit(77)
os.dup2(fd, 3)
os.set_inheritable(3, True)
os.execv(sys.argv[2], sys.argv[2:])`

function whyNot(): string {
  if (!isRoot) return ' (needs root: bpf(2))'
  const { status } = spawnSync('python3', ['-c', loader, '0', process.execPath, '--version'])
  return status === 0 ? '' : ' (needs python3 and a kernel that loads eBPF programs)'
}

/** Runs a module's text with the package as \`sockctl\` and the program as descriptor 3; gives the JSON that it reports. */
async function withProgram(returns: number, text: string): Promise<unknown> {
  const module = `
    import dgram from 'node:dgram'
    import * as sockctl from '${built}index.js'
    const report = (value) => process.stdout.write(JSON.stringify(value))
    ${text}`
  const args = ['-c', loader, String(returns), process.execPath, '--input-type=module', '--eval', module]
  const { stdout } = await promisify(execFile)('python3', args)
  return JSON.parse(stdout)
}

const why = whyNot()

describe.skipIf(why)(`an eBPF program${why}`, () => {
  test('filters a socket that it is attached to, and cannot be read as a classic one', async () => {
    const report = await withProgram(
      0,
      `
      const receiver = dgram.createSocket('udp4')
      await new Promise((resolve) => receiver.bind(0, '127.0.0.1', resolve))
      const got = []
      receiver.on('message', (message) => got.push(String(message)))
      const send = (text) => new Promise((resolve) => receiver.send(text, receiver.address().port, '127.0.0.1', resolve))
      sockctl.setOption(receiver, 'SO_ATTACH_BPF', 3)
      let code
      try { sockctl.getFilter(receiver) } catch (error) { code = error.code }
      await send('dropped')
      sockctl.setOption(receiver, 'SO_DETACH_BPF', true)
      await send('kept')
      while (got.length === 0) await new Promise((resolve) => receiver.once('message', resolve))
      receiver.close()
      report({ got, code })`,
    )
    expect(report).toEqual({ got: ['kept'], code: 'EACCES' })
  })

  test.each([0, 1, 2])('steers a SO_REUSEPORT group to the member %s that it returns', async (index) => {
    const report = await withProgram(
      index,
      `
      const sockets = [0, 1, 2].map(() => new sockctl.BareSocket('ipv4', 'datagram'))
      let port = 0
      for (const socket of sockets) {
        sockctl.setOption(socket, 'SO_REUSEPORT', true)
        socket.bind({ address: '127.0.0.1', port })
        port = socket.address().port
      }
      sockctl.setOption(sockets[0], 'SO_ATTACH_REUSEPORT_EBPF', 3)
      const counts = [0, 0, 0]
      const receivers = sockets.map((socket, member) => {
        const receiver = dgram.createSocket({ type: 'udp4', reusePort: false })
        receiver.bind({ fd: socket.detach() })
        return receiver.on('message', () => counts[member]++)
      })
      const senders = Array.from({ length: 20 }, () => dgram.createSocket('udp4'))
      await Promise.all(senders.map((one) => new Promise((resolve) => one.send('x', port, '127.0.0.1', resolve))))
      while (counts[0] + counts[1] + counts[2] < 20) await new Promise(setImmediate)
      for (const one of [...senders, ...receivers]) one.close()
      report(counts)`,
    )
    expect(report).toEqual([0, 1, 2].map((member) => (member === index ? 20 : 0)))
  })
})

describe.each(['SO_ATTACH_BPF', 'SO_ATTACH_REUSEPORT_EBPF'] as const)('%s', (option) => {
  test.each([
    ['a closed descriptor', 'EBADF', () => 19_999],
    ['a socket', 'EINVAL', (fd: number) => fd],
  ] as const)('says what the kernel says of %s: %s', (_, code, program) => {
    using socket = openSocket('udp')
    setOption(socket, 'SO_REUSEPORT', true)
    const error = thrownBy(() => setOption(socket, option, program(socket.fd)))
    expect(error).toMatchObject({ code, syscall: 'setsockopt', option })
  })

  test.each([-1, 0.5, 2 ** 31])('takes no %s for a descriptor', (value) => {
    expect(thrownBy(() => setOption(19_999, option, value))).toHaveProperty('code', 'ERR_OUT_OF_RANGE')
  })
})
