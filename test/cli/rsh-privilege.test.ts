import { execFile } from 'node:child_process'
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { canRun } from '../peers/superserver.js'
import { hasNamespaces, ownNamespace } from '../rsh/namespace.js'
import { echo, rshServer, useServer } from '../rsh/server.js'
import { nobody } from '../support.js'
import { command } from './command.js'

/** A command line that runs what follows as nobody. */
const asNobody = ['setpriv', '--reuid', `${nobody}`, '--regid', `${nobody}`, '--clear-groups']
const ambient = [...asNobody, '--inh-caps', '+net_bind_service', '--ambient-caps', '+net_bind_service']

interface Result {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function run([file, ...args]: readonly string[]): Promise<Result> {
  return new Promise((resolve) => {
    const child = execFile(file as string, args, (_, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr })
    })
  })
}

describe.skipIf(!hasNamespaces)('sockctl rsh as nobody (needs root, to become nobody)', () => {
  ownNamespace()
  const server = useServer(() => rshServer(echo, '0.0.0.0'))

  function rsh(before: readonly string[], hosts = '127.0.0.[1-2]', node = process.execPath): Promise<Result> {
    return run([...before, node, command, 'rsh', '--port', `${server().port}`, '-f', '64', '-w', hosts, 'hi'])
  }

  const both = { code: 0, stdout: expect.stringContaining('127.0.0.2: hi\n'), stderr: expect.stringContaining('hi!') }

  test('fails at once, and says once how to get the privilege', async () => {
    const { code, stdout, stderr } = await rsh(asNobody, '127.0.0.[1-9]')
    expect(stderr).toMatch(/^sockctl: bind EACCES.*root.*setpriv.*setcap.*ip_unprivileged_port_start.*\n$/)
    expect([code, stdout]).toEqual([1, ''])
    expect(server().clientPorts).toEqual([])
  })

  test('says so where the user has no name, as in a container', async () => {
    const nameless = ['setpriv', '--reuid', '4000000123', '--regid', `${nobody}`, '--clear-groups']
    const { code, stderr } = await rsh(nameless)
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^sockctl: user 4000000123 has no name .*localUser/)])
  })

  test('prints JSON that is whole where only a later host takes the privilege', async () => {
    const args = ['rsh', '--json', '-f', '1', '-w', 'a:b:c,127.0.0.1', 'hi']
    const { code, stdout } = await run([...asNobody, process.execPath, command, ...args])
    expect([code, JSON.parse(stdout)]).toMatchObject([1, [{ host: 'a:b:c', ok: false }]])
  })

  test('works with the capability as an ambient one', async () => {
    expect(await rsh(ambient)).toMatchObject(both)
  })

  test.each([512, 800, 1000])('works where ports from %i are for everybody', async (port) => {
    const file = '/proc/sys/net/ipv4/ip_unprivileged_port_start'
    try {
      writeFileSync(file, `${port}`)
      expect(await rsh(asNobody)).toMatchObject(both)
      const { code, stdout } = await rsh(asNobody, '127.0.1.[1-60]')
      expect([code, stdout.trim().split('\n').length]).toEqual([0, 60])
    } finally {
      writeFileSync(file, '1024')
    }
  })

  // Whom a file gives capabilities, nothing is loaded into beforehand.
  const hasSetcap =
    !process.env.LD_PRELOAD &&
    canRun('file=$(mktemp); trap \'rm "$file"\' EXIT; setcap cap_net_bind_service=+ep "$file"')

  test.skipIf(!hasSetcap)('works with a node that has the capability (needs setcap(8), and no sanitizer)', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sockctl-node-'))
    try {
      const node = join(folder, 'node')
      copyFileSync(process.execPath, node)
      chmodSync(folder, 0o755)
      expect(await run(['setcap', 'cap_net_bind_service=+ep', node])).toMatchObject({ code: 0 })
      expect(await rsh(asNobody, undefined, node)).toMatchObject(both)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  const hasUsers = canRun(`${asNobody.join(' ')} unshare -Urn true`)

  test.skipIf(!hasUsers)('gets its port in a user namespace, where nobody else is (needs unshare -Urn)', async () => {
    const { code, stderr } = await rsh([...asNobody, 'unshare', '-Urn'], '127.0.0.1')
    expect(stderr).toMatch(/^sockctl: rsh \S+: connect ENETUNREACH/)
    expect(code).toBe(1)
  })
})
