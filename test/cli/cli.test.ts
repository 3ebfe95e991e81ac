import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { ConflictCase } from '../../lib/diag.js'
import { isRoot, nobody } from '../support.js'
import { command, sockctl } from './command.js'

interface Section {
  name: string
  steps: { did: string; saw: string; holds?: boolean; missing?: string; data?: Record<string, unknown> }[]
}

/** Whether `nobody` can run this Node.js and read this checkout, which a folder above them may forbid. */
function canRunAsNobody(): boolean {
  const program = `require('node:fs').accessSync(${JSON.stringify(command)})`
  return spawnSync(process.execPath, ['--eval', program], { uid: nobody, gid: nobody, stdio: 'ignore' }).status === 0
}

function stepsOf(stdout: string): Map<string, Section['steps']> {
  return new Map((JSON.parse(stdout) as Section[]).map(({ name, steps }) => [name, steps]))
}

describe('sockctl demo', () => {
  test('shows every job by what the other side saw, and exits 0', async () => {
    const { code, stdout } = await sockctl(['demo', '--json'])
    const sections = stepsOf(stdout)
    expect([...sections.keys()]).toEqual(['reserved', 'abort', 'stigma', 'stuck'])
    const steps = [...sections.values()].flat()
    expect(steps.filter((step) => step.holds === false)).toEqual([])
    expect(steps.filter((step) => step.holds === undefined && step.missing === undefined)).toEqual([])
    expect(code).toBe(0)
  })

  test.skipIf(!isRoot)('leaves nothing out (needs root)', async () => {
    const { stdout } = await sockctl(['demo', '--json'])
    const sections = stepsOf(stdout)
    expect([...sections.values()].flat().filter((step) => !step.holds)).toEqual([])
    const [seen] = sections.get('reserved') ?? []
    expect(seen?.data?.remotePort).toBeLessThan(1024)
  })

  test.skipIf(!isRoot || !canRunAsNobody())(
    'runs what can run as an unprivileged user, and says of the rest how (needs root, and a checkout open to nobody)',
    async () => {
      const { code, stdout } = await sockctl(['demo', '--json'], nobody)
      const sections = stepsOf(stdout)
      expect(sections.get('abort')?.every((step) => step.holds)).toBe(true)
      expect(sections.get('stuck')?.every((step) => step.holds)).toBe(true)
      expect(sections.get('reserved')?.[0]?.missing).toMatch(/setcap.*ip_unprivileged_port_start.*unshare/s)
      expect(code).toBe(0)
    },
  )

  const hasUsers = spawnSync('unshare', ['-Urn', 'true']).status === 0

  test.skipIf(!hasUsers)('says what to do in a namespace that is new (needs unshare -Urn)', () => {
    const inside = (line: string) => {
      const args = ['-Urn', 'sh', '-c', line, process.execPath, command]
      return spawnSync('unshare', args, { encoding: 'utf8' })
    }
    expect(inside('"$0" "$1" demo').stderr).toMatch(/^sockctl: connect ENETUNREACH .*: ip link set lo up$/m)
    const { stdout, status } = inside('ip link set lo up; "$0" "$1" demo --json')
    const missing = [...stepsOf(stdout).values()].flat().flatMap((step) => step.missing ?? [])
    expect(missing.filter((text) => !text.includes('outside of the user namespace'))).toEqual([])
    expect(status).toBe(0)
  })

  test('is readable without --json', async () => {
    const { code, stdout } = await sockctl(['demo'])
    expect(stdout).toMatch(/ECONNRESET/)
    expect(stdout).not.toMatch(/NOT AS EXPECTED/)
    expect(code).toBe(0)
  })
})

describe('sockctl matrix', () => {
  const filters = ['--protocol', 'tcp', '--families', 'ipv4', '--user', 'same', '--first-listens', 'yes']

  test('prints the cases that are asked for as JSON', async () => {
    const { code, stdout } = await sockctl(['matrix', '--json', ...filters])
    const cases = JSON.parse(stdout) as ConflictCase[]
    expect(cases).toHaveLength(64)
    expect(cases.find((one) => one.firstReuse === 'none')).toMatchObject({ bind: 'EADDRINUSE', traffic: 'first' })
    expect(code).toBe(0)
  })

  test('prints a block of eight by eight cells', async () => {
    const { code, stdout } = await sockctl(['matrix', ...filters])
    const lines = stdout.split('\n')
    const title = lines.findIndex((line) => line.startsWith('TCP, IPv4, first listening'))
    expect(lines.slice(title + 2, title + 10).map((line) => line.slice(0, 4).trim())).toEqual(
      ['*', '='].flatMap((kind) => ['-', 'A', 'P', 'AP'].map((flags) => `${kind} ${flags}`)),
    )
    expect(lines[title + 4]?.split(/\s{2,}/)).toEqual(['* P', '.', '.', 'both', 'both', '.', '.', 'second', 'second'])
    expect(code).toBe(0)
  })

  test('exits 2 for a value that does not exist', async () => {
    const { code, stderr } = await sockctl(['matrix', '--protocol', 'sctp'])
    expect(stderr).toMatch(/tcp, udp/)
    expect(code).toBe(2)
  })
})

describe('sockctl', () => {
  test.each([[['nonsense']], [['demo', '--nonsense']], [[]]])('exits 2 for wrong use: %j', async (args) => {
    const { code, stderr } = await sockctl(args)
    expect(stderr).not.toBe('')
    expect(code).toBe(2)
  })

  test('says in a line that it cannot write, and exits 1', () => {
    const full = openSync('/dev/full', 'w')
    const stdio = ['ignore', full, 'pipe'] as const
    const { status, stderr } = spawnSync(process.execPath, [command, 'options'], {
      stdio: [...stdio],
      encoding: 'utf8',
    })
    closeSync(full)
    expect(stderr).toMatch(/^sockctl: ENOSPC: .*\n$/)
    expect(status).toBe(1)
  })

  test.each([[['options', '--all']], [['ls', '--watch']]])('ends quietly when nobody reads on: %j', async (args) => {
    const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    let complaint = ''
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      complaint += chunk
    })
    expect(await once(child, 'close')).toEqual([141, null])
    expect(complaint).toBe('')
  })

  test.each([['--help'], ['--version']])('exits 0 for %s', async (flag) => {
    const { code, stdout } = await sockctl([flag])
    expect(stdout).not.toBe('')
    expect(code).toBe(0)
  })
})
