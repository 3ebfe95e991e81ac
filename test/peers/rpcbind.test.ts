import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { canRun } from './superserver.js'

interface Owners {
  trusted?: string
  plain?: string
}

/** What portmapper.mjs saw: `trusted` was set from a reserved source port, `plain` from another. */
interface Report {
  set: boolean[]
  afterSet: Owners
  unset: boolean[]
  afterUnset: Owners
  trustedUnset: boolean
  atLast: Owners
}

// rpcbind wants port 111 and files in /run: it gets its own of both, which are gone with the last process in there.
const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child']
const script = 'mount -t tmpfs tmpfs /run; ip link set lo up; exec "$0" "$1"'

describe.skipIf(!canRun('test -x /usr/sbin/rpcbind; ip link set lo up'))('rpcbind (needs root and rpcbind)', () => {
  let report: Report

  beforeAll(async () => {
    const program = fileURLToPath(new URL('portmapper.mjs', import.meta.url))
    const command = [...namespaces, 'sh', '-ec', script, process.execPath, program]
    const { stdout } = await promisify(execFile)('unshare', command, { timeout: 20_000, killSignal: 'SIGKILL' })
    report = JSON.parse(stdout)
  }, 30_000)

  test('takes a reserved source port for the superuser, any other for nobody', () => {
    expect(report.set).toEqual([true, true])
    expect(report.afterSet).toEqual({ trusted: 'superuser', plain: 'unknown' })
  })

  test('keeps an entry of the superuser from an unprivileged source port, though it answers yes', () => {
    expect(report.unset).toEqual([true, true])
    expect(report.afterUnset).toEqual({ trusted: 'superuser' })
  })

  test('takes an entry of the superuser out for a reserved source port', () => {
    expect(report.trustedUnset).toBe(true)
    expect(report.atLast).toEqual({})
  })
})
