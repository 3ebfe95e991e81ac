import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { destroysOrphans } from '../../lib/diag/destroy.js'
import { orphan } from '../diag/orphans.js'
import { bound, hasOwnNetwork } from '../diag/situations.js'
import { refusalOf, useOwnNetwork } from '../sockets/network.js'
import { isRoot, nobody } from '../support.js'
import { command, sockctl } from './command.js'
import { temporaryFolder } from './foreign.js'

useOwnNetwork()

const cannotDestroy = !hasOwnNetwork || !destroysOrphans()
const need = 'needs root, and Linux 6.12'

describe('sockctl free, of a closed connection that is not delivered yet', () => {
  test.skipIf(cannotDestroy)(`throws nothing away unasked, and with --yes what why says (${need})`, async () => {
    const { port } = await orphan('FIN_WAIT_1')
    const why = await sockctl(['why', String(port)])
    expect(why.stdout).toMatch(/^- Throw away what it still has to send: sockctl free does so, after a question/m)
    const unasked = await sockctl(['free', String(port)])
    expect(unasked.stdout).toMatch(/^what a closed connection has left to send stays: --yes would throw it away$/m)
    expect([unasked.code, refusalOf(port)]).toEqual([1, 'EADDRINUSE'])
    const { code, stdout } = await sockctl(['free', '--yes', String(port)])
    expect(stdout).toMatch(/^removed 1 closed connection$/m)
    expect([code, refusalOf(port)]).toEqual([0, undefined])
  })

  test.skipIf(cannotDestroy)(`says what it takes (${need}, to become nobody)`, async () => {
    const { port } = await orphan('CLOSING')
    const { code, stdout } = await sockctl(['free', '--yes', String(port)], nobody)
    expect(stdout).toMatch(/stays: EPERM \(it takes CAP_NET_ADMIN\)$/m)
    expect([code, refusalOf(port)]).toEqual([1, 'EADDRINUSE'])
  })

  test.skipIf(cannotDestroy)(`leaves it where a listener stays anyway (${need})`, async () => {
    const { port } = await orphan('FIN_WAIT_1')
    const { socket } = bound({ address: '127.0.0.2', port })
    socket.listen()
    const { code, stdout } = await sockctl(['free', '--yes', String(port)])
    expect(stdout).not.toMatch(/removed/)
    expect([code, refusalOf(port)]).toEqual([1, 'EADDRINUSE'])
  })
})

/** Runs a shell script in a PID namespace with a /proc of its own, where nobody else takes numbers. */
function inOwnProc(script: string) {
  const args = ['--pid', '--fork', '--mount-proc', 'sh', '-c', script]
  return spawnSync('unshare', args, { encoding: 'utf8', env: { ...process.env, node: process.execPath, command } })
}

const server = `require("node:net").createServer().listen(0, "127.0.0.1", function () { console.log(this.address().port) })`
const port = `while [ ! -s "$port" ]; do sleep 0.05; done; port=$(cat "$port")`

describe.skipIf(!isRoot)('sockctl free, of processes by the number of a PID namespace (needs root to make one)', () => {
  test('ends nobody where its own number happens to be that of the other namespace', () => {
    const file = join(temporaryFolder(), 'port')
    const script = `port=${file}; $node -e '${server}' > $port & server=$!; ${port}
      export port; echo 100 > /proc/sys/kernel/ns_last_pid
      unshare --pid --fork sh -c 'echo 102 > /proc/sys/kernel/ns_last_pid; $node $command free --yes $port; :'
      kill -0 $server && echo lives; kill -9 $server`
    const { stdout } = inOwnProc(script)
    expect(stdout).toMatch(/left alone: \/proc is of another PID namespace/)
    expect(stdout).toMatch(/^lives$/m)
  })

  test('ends a process of a namespace below by its number here, and tells the other one', () => {
    const file = join(temporaryFolder(), 'port')
    const script = `port=${file}; unshare --pid --fork sh -c '$node -e "$1"; :' - '${server}' > $port &
      ${port}; $node $command free --yes $port`
    const { stdout, status } = inOwnProc(script)
    expect(stdout).toMatch(/^node.* \(pid \d+, which is 2 in its own PID namespace\) ended$/m)
    expect(status).toBe(0)
  })

  test('says of the first process of a namespace that all others there end with it', () => {
    const file = join(temporaryFolder(), 'port')
    const script = `port=${file}; unshare --pid --fork $node -e '${server}' > $port &
      ${port}; $node $command free $port`
    const { stdout } = inOwnProc(script)
    expect(stdout).toMatch(/which is 1 in its own PID namespace, so that all others there end with it/)
  })
})

describe('sockctl free and why, of a path', () => {
  test('show control characters of it as digits', async () => {
    const folder = temporaryFolder()
    chmodSync(folder, 0o755)
    const [stale, file] = ['stale', 'file'].map((name) => join(folder, `${name}\u001b[2J`)) as [string, string]
    bound({ path: stale }).socket.close()
    writeFileSync(file, '')
    const said = [
      await sockctl(['why', stale]),
      await sockctl(['why', file]),
      await sockctl(['free', stale]),
      ...(isRoot ? [await sockctl(['why', join(folder, 'new\u001b[2J')], nobody)] : []),
    ]
    for (const { stdout } of said) expect(stdout).not.toContain('\u001b')
    expect(said[2]?.stdout).toMatch(/^removed .*stale\\x1b\[2J$/m)
    expect(existsSync(stale)).toBe(false)
  })

  test.skipIf(!isRoot)('say why the file stays where it cannot be removed (needs root to become nobody)', async () => {
    const folder = temporaryFolder()
    // Anybody may write there, and remove what is one's own.
    chmodSync(folder, 0o1777)
    const path = join(folder, 'stale')
    bound({ path }).socket.close()
    chmodSync(path, 0o777)
    const { code, stdout } = await sockctl(['free', '--json', path], nobody)
    expect(JSON.parse(stdout)).toMatchObject({ free: false, done: [`${path} stays: EPERM`] })
    expect([code, existsSync(path)]).toEqual([1, true])
  })
})
