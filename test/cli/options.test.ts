import { describe, expect, test } from 'vitest'
import { type OptionInfo, options } from '../../lib/index.js'
import { sockctl } from './command.js'

const table = [...options.values()]
const onLinux = table.filter(({ number }) => number.linux !== undefined)

/** Runs `sockctl options --json`, and gives its exit code and what it lists. */
async function listed(...args: string[]): Promise<{ code: number; infos: OptionInfo[] }> {
  const { code, stdout } = await sockctl(['options', '--json', ...args])
  return { code, infos: JSON.parse(stdout) as OptionInfo[] }
}

function namesOf(infos: readonly OptionInfo[]): string[] {
  return infos.map(({ name }) => name)
}

/** The cells of a printed table, line by line. */
function cellsOf(stdout: string): string[][] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/\s{2,}/))
}

describe('sockctl options', () => {
  test('lists the options of this system, and with --all those of every system', async () => {
    const [here, everywhere] = await Promise.all([listed(), listed('--all')])
    expect(namesOf(here.infos)).toEqual(namesOf(onLinux))
    expect(namesOf(everywhere.infos)).toEqual(namesOf(table))
    expect([here.code, everywhere.code]).toEqual([0, 0])
  })

  test('lists the options whose name has a text in it', async () => {
    const { code, infos } = await listed('reuse')
    expect(namesOf(infos)).toEqual(expect.arrayContaining(['SO_REUSEADDR', 'SO_REUSEPORT']))
    expect(namesOf(infos)).not.toContain('SO_REUSE_UNICASTPORT')
    expect(code).toBe(0)
    const all = await listed('reuse', '--all')
    expect(namesOf(all.infos)).toEqual(expect.arrayContaining(['SO_REUSEADDR', 'SO_REUSE_UNICASTPORT']))
  })

  test('tells of each whether this machine has it', async () => {
    const { infos } = await listed('--all')
    const available = new Map(infos.map((info) => [info.name, info.available]))
    expect(available.get('SO_KEEPALIVE')).toBe(true)
    for (const { name, number } of infos) if (number.linux === undefined) expect(available.get(name)).toBe(false)
  })

  test('prints a table', async () => {
    const { stdout } = await sockctl(['options', 'SO_KEEPALIVE'])
    const row = ['SO_KEEPALIVE', 'SOL_SOCKET', '9', 'flag', 'rw', 'yes']
    expect(cellsOf(stdout)).toEqual([['name', 'level', 'number', 'value', 'access', 'set', 'here'], row])
  })

  test('prints with --all a line for each option, with the systems that have it', async () => {
    const { stdout } = await sockctl(['options', '--all'])
    const [head, ...rows] = cellsOf(stdout)
    expect(head?.at(-1)).toBe('systems')
    expect(rows.map(([name]) => name)).toEqual(namesOf(table))
    expect(rows.find(([name]) => name === 'SO_NREAD')).toEqual([
      'SO_NREAD',
      'SOL_SOCKET',
      '-',
      'int (bytes)',
      'ro',
      'no',
      'darwin',
    ])
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThan(134)
  })

  test('exits 1 when this system has none with the text, and says whether another one has', async () => {
    const { code, stdout } = await sockctl(['options', 'SO_NREAD'])
    expect(stdout).toMatch(/^1 of other systems: --all lists them$/m)
    expect(code).toBe(1)
    expect((await listed('SO_NREAD')).code).toBe(1)
    expect((await listed('SO_NREAD', '--all')).code).toBe(0)
  })

  test('exits 1 when no system has one', async () => {
    const { code, stdout } = await sockctl(['options', 'nonsense'])
    expect(stdout).toMatch(/^no such option/m)
    expect(stdout).not.toMatch(/--all/)
    expect(code).toBe(1)
    expect((await listed('nonsense', '--all')).code).toBe(1)
  })
})
