import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { canRun } from '../peers/superserver.js'
import { clientPortsHeld, hasNamespaces, ownNamespace, remnantsTo } from '../rsh/namespace.js'
import { rshServer, useServer, type Visit } from '../rsh/server.js'
import { command, sockctl } from './command.js'

/** Where `some` hangs, and is given up in the end. */
const stuck = '127.0.0.2'

/** Prints a million lines, or one and nothing more. */
async function answer({ socket, request }: Visit): Promise<void> {
  socket.resume().write('\0first\n')
  if (request.command === 'hang' || (request.command === 'some' && socket.localAddress === stuck)) return
  const lines = 'line\n'.repeat(10_000)
  for (let count = 0; count < 100 && !socket.destroyed; count++) {
    if (!socket.write(lines)) await once(socket, 'drain').catch(() => {})
  }
  socket.end()
}

describe.skipIf(!hasNamespaces)('sockctl rsh (needs root for a network namespace)', () => {
  ownNamespace()
  const server = useServer(() => rshServer(answer, '0.0.0.0'))

  test('ends at once, and without a word, when nobody reads what it prints', async () => {
    const line = `"$0" "$1" rsh --joined --port ${server().port} -w '127.0.0.[1-20]' endless | head -1; echo "\${PIPESTATUS[*]}"`
    const child = spawn('bash', ['-c', line, process.execPath, command])
    const [printed, complained] = await Promise.all([text(child.stdout), text(child.stderr)])
    expect(printed).toMatch(/^127\.0\.0\.\d+: first\n141 0\n$/)
    expect(complained).toBe('')
    await expect.poll(clientPortsHeld, { timeout: 5000 }).toEqual([])
  })

  test('hands on all of what is printed to a slow reader', async () => {
    const line = `"$0" "$1" rsh --joined --port ${server().port} -w '127.0.0.[1-3]' all | (sleep 0.2; wc -l)`
    const child = spawn('bash', ['-c', line, process.execPath, command])
    expect((await text(child.stdout)).trim()).toBe('3000003')
  })

  test('ends with 143 when it is asked to, and prints what there is', async () => {
    const args = ['rsh', '--joined', '--json', '--port', `${server().port}`, '-w', '127.0.0.[1-2]', 'hang']
    const before = server().clientPorts.length
    const child = spawn(process.execPath, [command, ...args])
    const outputs = Promise.all([text(child.stdout), text(child.stderr)])
    while (server().clientPorts.length < before + 2) await new Promise((resolve) => setTimeout(resolve, 10))
    child.kill('SIGTERM')
    const [code] = await once(child, 'close')
    const [printed, complained] = await outputs
    expect(JSON.parse(printed)).toEqual([])
    expect(complained).toBe('sockctl: ended before it was done on 127.0.0.[1-2]\n')
    expect(code).toBe(143)
    expect([clientPortsHeld(), remnantsTo(server().port)]).toEqual([[], 0])
  })

  test('ends with 130 on control-C while it reads standard input', async () => {
    const args = ['rsh', '--stdin', '--port', `${server().port}`, '-w', '127.0.0.1', 'hang']
    const child = spawn(process.execPath, [command, ...args])
    const complained = text(child.stderr)
    // More than a pipe takes that nobody reads.
    child.stdin.on('error', () => {}).write(Buffer.alloc(1_000_000), () => child.kill('SIGINT'))
    expect(await once(child, 'close')).toEqual([130, null])
    expect(await complained).toBe('sockctl: ended before it was done on 127.0.0.1\n')
  })

  test('ends at once when it is asked to a second time, though nobody reads what it prints', async () => {
    let given: Promise<unknown> | undefined
    await using own = await rshServer((visit) => {
      if (visit.socket.localAddress === stuck) given = new Promise((resolve) => visit.socket.once('close', resolve))
      return answer(visit)
    }, '0.0.0.0')
    const args = ['rsh', '--joined', '--json', '--port', `${own.port}`, '-w', `127.0.0.1,${stuck}`, 'some']
    const child = spawn(process.execPath, [command, ...args])
    await once(child.stdout, 'readable')
    child.kill('SIGTERM')
    await given
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([143, null])
    child.stdout.destroy()
  })

  test('ends without a word where nobody reads its complaints', async () => {
    const child = spawn(process.execPath, [command, 'rsh', '--port', '1', '-w', '127.0.0.[1-3]', 'x'])
    child.stderr.destroy()
    expect(await once(child, 'exit')).toEqual([141, null])
  })

  const hasVeth = canRun('ip link add near type veth peer name far')

  test.skipIf(!hasVeth)('waits for a connection as long as -t says (needs ip(8) with veth)', async () => {
    const lines = 'ip link add near type veth peer name far; ip link set near up; ip link set far up'
    execFileSync('sh', ['-ec', `${lines}; ip address add 10.9.9.1/24 dev near`])
    const { code, stderr } = await sockctl(['rsh', '-t', '1', '-w', '10.9.9.[2-9]', 'x'])
    expect(stderr.match(/no connection in 1000 ms/g)).toHaveLength(8)
    expect(code).toBe(1)
  })
})
