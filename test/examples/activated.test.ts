import { spawn, spawnSync } from 'node:child_process'
import dgram from 'node:dgram'
import { once } from 'node:events'
import net from 'node:net'
import { createInterface } from 'node:readline'
import { describe, expect, test } from 'vitest'
import { exampleFile, runExample } from './run.js'

const activator = 'systemd-socket-activate'
const isThere = spawnSync(activator, ['--version']).status === 0
const host = '127.0.0.1'

/** Runs the example with the first connection or datagram at a port, and gives what it printed first. */
async function start(name: string, flags: readonly string[], knock: () => void): Promise<() => Promise<string>> {
  const args = [...flags, `--fdname=${name}`, process.execPath, exampleFile(name)]
  const child = spawn(activator, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  await once(child.stderr, 'data')
  child.stderr.resume()
  knock()
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return async () => {
    child.kill('SIGTERM')
    const [status] = await once(child, 'close')
    return `${status} ${line}`
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

describe.skipIf(!isThere)(`examples/activated-server.mjs${isThere ? '' : ` (needs ${activator})`}`, () => {
  test('serves HTTP at a stream, and echoes at datagrams', async () => {
    const [web, stats] = [await freePort(), await freePort()]
    let answer: Promise<Response> | undefined
    const stopWeb = await start('activated-server.mjs', ['-l', `${host}:${web}`], () => {
      answer = fetch(`http://${host}:${web}/`, { headers: { connection: 'close' } })
    })
    expect(await (await (answer as Promise<Response>)).text()).toBe('hello from activated-server.mjs\n')
    expect(await stopWeb()).toBe(`0 activated-server.mjs: stream on ${host}:${web}`)
    const client = dgram.createSocket('udp4')
    const echoed = once(client, 'message')
    const stopStats = await start('activated-server.mjs', ['--datagram', '-l', `${host}:${stats}`], () =>
      client.send('echo', stats, host),
    )
    expect(String((await echoed)[0])).toBe('echo')
    expect(await stopStats()).toBe(`0 activated-server.mjs: datagram on ${host}:${stats}`)
    client.close()
  })
})

test('examples/activated-server.mjs says that no socket was passed', async () => {
  const { status, stderr } = await runExample('activated-server.mjs')
  expect(stderr).toBe('no socket was passed to this process\n')
  expect(status).toBe(1)
})
