import { execFile } from 'node:child_process'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { built } from '../support.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What a process has loaded, and done, at a point. */
interface Trace {
  /** The modules of Node's own. */
  modules: string[]
  /** The files that were required. */
  files: string[]
  /** Whether a Map got an entry for an option that nobody used. */
  made: boolean
}

/** A fresh process that imports the package, uses a part of it, and tells what it had loaded after each. */
const program = `
  import net from 'node:net'
  import { createRequire } from 'node:module'
  import { endianness } from 'node:os'
  const { cache } = createRequire(import.meta.url)
  let made = false
  const { set } = Map.prototype
  Map.prototype.set = function (key, value) {
    made ||= key === 'SO_MARK'
    return set.call(this, key, value)
  }
  const loaded = () => process.moduleLoadList.filter((name) => name.startsWith('NativeModule ')).map((name) => name.slice(13))
  const trace = () => ({ modules: loaded().filter((name) => !before.has(name)), files: Object.keys(cache), made })
  const before = new Set(loaded())
  const { connect, listen, options } = await import('${built}index.js')
  const imported = trace()
  const server = await listen(net.createServer((socket) => socket.end()), { host: '127.0.0.1' })
  const socket = await connect({ host: '127.0.0.1', port: server.address().port })
  socket.destroy()
  server.close()
  const connected = trace()
  const { size } = options
  const asked = trace()
  process.stdout.write(JSON.stringify({ imported, connected, asked, size }))`

let report: { imported: Trace; connected: Trace; asked: Trace; size: number }

beforeAll(async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program])
  report = JSON.parse(stdout)
})

describe('importing sockctl', () => {
  test('loads no part of Node that looks up names', () => {
    expect(report.imported.modules.filter((name) => name.includes('dns'))).toEqual([])
  })

  test('loads no part of Node that runs processes', () => {
    expect(report.imported.modules.filter((name) => /child_process|cluster/.test(name))).toEqual([])
  })

  test('loads the addon and what finds it, and no package of the command', () => {
    const { files } = report.imported
    const others = files.filter((file) => !/\/node_modules\/node-gyp-build\/[\w-]+\.js$/.test(file))
    expect(others.map((file) => basename(file)).sort()).toEqual(['package.json', expect.stringMatching(/\.node$/)])
  })

  test('makes no entry of options', () => {
    expect(report.imported.made).toBe(false)
  })
})

describe('a connection between addresses', () => {
  test('loads nothing that looks up names', () => {
    expect(report.connected.modules.filter((name) => name.startsWith('dns'))).toEqual([])
  })
})

describe('options', () => {
  test('makes its entries when it is asked', () => {
    expect(report.size).toBeGreaterThan(110)
    expect(report.connected.made).toBe(false)
    expect(report.asked.made).toBe(true)
  })
})

describe('a process in which the addon does not load', () => {
  const permission = process.versions.node.startsWith('20.') ? '--experimental-permission' : '--permission'

  const elsewhere = "process.env.PREBUILDS_ONLY = '1'; Object.defineProperty(process, 'platform', { value: 'darwin' })"

  test.each([
    ['another system', [], elsewhere, /on darwin .*No native build was found/],
    ['--no-addons', ['--no-addons'], '', /loading addons is disabled/],
    ['the permission model', [permission, '--allow-fs-read=*'], '', /loading addons is disabled/],
    [
      'files that it may not read',
      [permission, `--allow-fs-read=${root}`],
      '',
      /Access to this API has been restricted/,
    ],
  ])('gets ERR_SOCKCTL_UNSUPPORTED with the reason: %s', async (_, flags, setup, reason) => {
    const text = `
      ${setup}
      const { code, message } = await import('${built}index.js').catch((error) => error)
      process.stdout.write(code + ' ' + message)`
    const args = [...flags, '--input-type=module', '--eval', text]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    expect(stdout).toMatch(/^ERR_SOCKCTL_UNSUPPORTED /)
    expect(stdout).toMatch(reason)
  })
})
