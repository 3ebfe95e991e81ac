import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2, { type AuthContext, type Connection, type ServerChannel } from 'ssh2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasSshd, startSshd, user } from '../peers/sshd.js'
import type { Superserver } from '../peers/superserver.js'
import { runExample } from './run.js'

const host = '127.0.0.1'
const [hostKey, userKey] = [ssh2.utils.generateKeyPairSync('ed25519'), ssh2.utils.generateKeyPairSync('ed25519')]
let folder: string
let keyFile: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockctl-ssh-'))
  keyFile = join(folder, 'key')
  writeFileSync(keyFile, userKey.private, { mode: 0o600 })
})

afterAll(() => rmSync(folder, { recursive: true }))

function runCommand(port: number, command: string) {
  return runExample(
    'ssh.mjs',
    '--user',
    user,
    '--key',
    keyFile,
    '--from',
    '127.0.0.6',
    '--port',
    `${port}`,
    host,
    command,
  )
}

/** What a server of ssh2's does for a client: it lets the user in, and answers a command with the command. */
function serve(connection: Connection): void {
  connection.on('authentication', (context: AuthContext) => context.accept())
  connection.on('session', (acceptSession) => {
    acceptSession().on('exec', (acceptCommand, _, { command }) => {
      const channel: ServerChannel = acceptCommand()
      channel.write(`${command}\n`)
      channel.exit(3)
      channel.end()
    })
  })
}

describe('examples/ssh.mjs', () => {
  test("runs a command on ssh2's own server, from the address and with the options asked for", async () => {
    const addresses: string[] = []
    const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (connection, { ip }) => {
      addresses.push(ip)
      serve(connection)
    })
    server.listen(0, host)
    await once(server, 'listening')
    const outcome = await runCommand((server.address() as AddressInfo).port, 'some command')
    server.close()
    expect(outcome).toEqual({ status: 3, stdout: 'some command\n', stderr: 'connected, TCP_USER_TIMEOUT 10000 ms\n' })
    expect(addresses).toEqual(['127.0.0.6'])
  })
})

describe.skipIf(!hasSshd)('sshd (needs root and openssh-server)', () => {
  let server: Superserver

  beforeAll(async () => {
    server = await startSshd(hostKey.private, userKey.public)
  })

  afterAll(() => server?.close())

  test('runs a command for examples/ssh.mjs, and sees where it comes from', async () => {
    const { status, stdout, stderr } = await runCommand(server.port, 'echo "$SSH_CLIENT"; exit 4')
    expect({ status, stderr }).toEqual({ status: 4, stderr: 'connected, TCP_USER_TIMEOUT 10000 ms\n' })
    expect(stdout).toBe(`127.0.0.6 ${server.sourcePorts[0]} ${server.port}\n`)
  })
})
