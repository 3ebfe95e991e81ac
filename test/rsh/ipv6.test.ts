import { execFileSync } from 'node:child_process'
import { appendFileSync, rmSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { multiRsh, rcmd } from '../../lib/rsh.js'
import { makeHome, mountAccount, user } from '../peers/account.js'
import { canRun, privately, type Superserver, superserver } from '../peers/superserver.js'
import { rejectionOf } from '../support.js'
import { ownNamespace, remnantsTo } from './namespace.js'
import { programs } from './programs.js'

const unique = 'fd00::1'
const linkLocal = 'fe80::5'

/** Gives this namespace a unique local address, and an interface with one that needs its zone. */
function addAddresses(): void {
  const commands = `ip -6 address add ${unique}/128 dev lo nodad
    ip link add near type veth peer name far
    ip link set near up
    ip link set far up
    ip -6 address add ${linkLocal}/64 dev near nodad`
  execFileSync('sh', ['-ec', commands])
}

describe.each(programs)('over IPv6, in.rshd of $name', ({ path, knowsLinkLocal }) => {
  const isThere = canRun(`test -x ${path}; ip link add near type veth peer name far`)
  const names = { localUser: 'root', remoteUser: user, command: 'echo out; echo err >&2' }

  describe.skipIf(!isThere)(`(needs root, ip(8) with veth, and ${path})`, () => {
    ownNamespace()
    let home: string
    let server: Superserver

    beforeAll(async () => {
      addAddresses()
      home = makeHome({ '.rhosts': 'localhost root\n' })
      const hosts = ['::1', unique, linkLocal, `${linkLocal}%near`].map((address) => `${address} localhost\n`)
      appendFileSync(`${home}/hosts`, hosts.join(''))
      server = await superserver(privately(`${mountAccount}; exec ${path}`, home), '::')
    })

    afterAll(async () => {
      await server?.close()
      if (home) rmSync(home, { recursive: true })
    })

    const known = ['::1', unique, '::ffff:127.0.0.1', ...(knowsLinkLocal ? [`${linkLocal}%near`] : [])]

    test.each(known)('serves %s, with and without a second connection', async (host) => {
      for (const backAddress of ['any', 'dialled'] as const) {
        const command = await rcmd({ ...names, host, port: server.port, backAddress })
        const outputs = await Promise.all([text(command.stdout), command.stderr && text(command.stderr)])
        expect(outputs).toEqual(['out\n', 'err\n'])
        expect(await command.completed).toMatchObject({ closedFirst: 'remote', timeWait: 'remote' })
      }
      const joined = await rcmd({ ...names, host, port: server.port, stderr: 'joined' })
      expect((await text(joined.stdout)).split('\n').sort()).toEqual(['', 'err', 'out'])
      expect(remnantsTo(server.port)).toBe(0)
    })

    test.skipIf(knowsLinkLocal)('cannot tell who has a link-local address, and says so', async () => {
      const error = await rejectionOf(rcmd({ ...names, host: `${linkLocal}%near`, port: server.port }))
      expect(error).toMatchObject({ form: 'line', remoteText: `Host address mismatch for ${linkLocal}%near` })
    })

    test('serves them all at once', async () => {
      const hosts = known.map((host) => `[${host}]:${server.port}`)
      const answers: string[] = []
      for await (const { host, stdout, stderr } of multiRsh(hosts, { ...names, inOrder: true })) {
        answers.push(`${host} ${stdout}${stderr}`)
      }
      expect(answers).toEqual(hosts.map((host) => `${host} out\nerr\n`))
    })
  })
})
