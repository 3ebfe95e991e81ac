import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import type { SocketEntry } from '../../lib/diag.js'
import { bound, remnant, served } from '../diag/situations.js'
import { useOwnNetwork } from '../sockets/network.js'
import { sockctl } from './command.js'
import { inTerminal } from './terminal.js'

useOwnNetwork()

const host = '127.0.0.1'

describe('sockctl ls', () => {
  test('lists listeners, remnants and what is only bound', async () => {
    const [listener, left, only] = [await served({ port: 0, host }), await remnant('client'), bound({ address: host })]
    const { code, stdout } = await sockctl(['ls', '--tcp'])
    expect(stdout).toMatch(new RegExp(`^tcp +LISTEN +0 +511 +127\\.0\\.0\\.1:${listener.port} `, 'm'))
    expect(stdout).toMatch(new RegExp(`^tcp +TIME_WAIT .*:${left} .*timewait \\d+\\.\\d s`, 'm'))
    expect(stdout).toMatch(new RegExp(`^tcp +BOUND .*:${only.port} `, 'm'))
    expect(code).toBe(0)
  })

  test('filters by options and by words, and shows processes', async () => {
    const { port } = await served({ port: 0, host })
    const options = ['ls', '--json', '--state', 'listen', '--port', String(port), '--pid', String(process.pid), '-p']
    const [entry, ...more] = JSON.parse((await sockctl(options)).stdout) as SocketEntry[]
    expect(more).toEqual([])
    expect(entry).toMatchObject({ state: 'LISTEN', localPort: port, owners: [{ pid: process.pid }] })
    const { stdout } = await sockctl(['ls', '-p', 'listen', `:${port}`])
    expect(stdout.trimEnd().split('\n')).toHaveLength(2)
    expect(stdout).toMatch(new RegExp(` ${process.pid}:\\d+$`, 'm'))
  })

  test('takes a number with a colon for a port only, and finds words of a process without -p', async () => {
    const { socket, port } = bound({ address: host }, { type: 'datagram' })
    const own = ['ls', '--udp', '--pid', String(process.pid)]
    expect((await sockctl([...own, '-p', `:${port}`])).code).toBe(0)
    expect(await sockctl([...own, '-p', `:${socket.fd}`])).toMatchObject({ code: 1, stdout: 'no such socket\n' })
    const { code, stdout } = await sockctl(['ls', '--udp', `${process.pid}:${socket.fd}`])
    expect(stdout).toMatch(new RegExp(`^udp .*:${port}\\b`, 'm'))
    expect(code).toBe(0)
  })

  test('sorts', async () => {
    const ports = [bound({ address: host }).port, bound({ address: host }).port]
    const { stdout } = await sockctl(['ls', '--json', '--sort', 'port', '--state', 'bound'])
    const listed = (JSON.parse(stdout) as SocketEntry[]).map(({ localPort }) => localPort)
    expect(listed).toEqual(listed.toSorted((one, other) => Number(one) - Number(other)))
    expect(listed).toEqual(expect.arrayContaining(ports))
  })

  test('exits 1 when there is none', async () => {
    expect(await sockctl(['ls', 'no-such-word'])).toMatchObject({ code: 1, stdout: 'no such socket\n' })
  })

  test.each([
    ['--state', 'nonsense', 'The states are .*time-wait, .*bound'],
    ['--port', 'x', 'a whole number from 0 to 65535'],
    ['--port', '65536', 'a whole number from 0 to 65535'],
    ['--pid', '0', 'a whole number from 1 to'],
  ])('exits 2 for %s %s, and says what it takes', async (flag, value, words) => {
    const { code, stderr } = await sockctl(['ls', flag, value])
    expect(stderr).toMatch(new RegExp(`^error: option '${flag} .*'${value}' is invalid.*${words}`))
    expect(code).toBe(2)
  })

  test('fits the terminal, whose colours NO_COLOR turns off', async () => {
    const { port } = await served({ port: 0, host: '::' })
    await served({ path: `\0${'a-long-name-'.repeat(8)}${port}` })
    const lines = inTerminal('ls -p').trimEnd().split('\r\n')
    expect(lines.some((line) => line.includes('…'))).toBe(true)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(60)
    expect(inTerminal(`why ${port}`)).toContain('\u001b[31m')
    expect(inTerminal(`why ${port}`, { NO_COLOR: '1' })).not.toContain('\u001b[')
  })
})

describe('sockctl completion', () => {
  test('knows every command and its options, in bash', async () => {
    const { stdout } = await sockctl(['completion', 'bash'])
    const complete = (...words: string[]) => {
      const line = words.map((word) => `'${word}'`).join(' ')
      const text = `${stdout}\nCOMP_WORDS=(sockctl ${line}); COMP_CWORD=${words.length}; complete_sockctl; echo "\${COMPREPLY[@]}"`
      return spawnSync('bash', ['-c', text], { encoding: 'utf8' }).stdout.trim().split(' ')
    }
    expect(complete('w')).toEqual(['watch', 'why'])
    expect(complete('free', '--k')).toEqual(['--kill'])
    expect(complete('completion', 'z')).toEqual(['zsh'])
  })

  test.each(['zsh', 'fish'])('is printed for %s', async (shell) => {
    const { code, stdout } = await sockctl(['completion', shell])
    for (const name of ['why', 'free', 'ls', 'matrix']) expect(stdout).toContain(name)
    expect(code).toBe(0)
  })

  const hasFish = spawnSync('fish', ['--version']).status === 0

  test.skipIf(!hasFish)('offers commands and no files in fish (needs fish)', async () => {
    const { stdout } = await sockctl(['completion', 'fish'])
    const offered = (line: string) => {
      const args = ['--no-config', '-c', `${stdout}\ncomplete -C '${line}'`]
      return spawnSync('fish', args, { encoding: 'utf8' })
        .stdout.split('\n')
        .flatMap((row) => row.split('\t')[0] || [])
    }
    expect(offered('sockctl ')).toContain('why')
    expect(offered('sockctl ')).not.toContain('package.json')
    expect(offered('sockctl free --k')).toEqual(['--kill'])
  })

  test('exits 2 for a shell that it does not know', async () => {
    expect((await sockctl(['completion', 'ksh'])).code).toBe(2)
  })
})
