import { spawn, spawnSync } from 'node:child_process'
import dgram from 'node:dgram'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'
import { fdOf } from '../../../lib/handle.js'
import { activatedSockets } from '../../../lib/handover.js'
import { listen } from '../../../lib/index.js'
import { built, rejectionOf } from '../../support.js'
import { useFolder } from '../folder.js'

const activator = 'systemd-socket-activate'
const isThere = spawnSync(activator, ['--version']).status === 0
const host = '127.0.0.1'
let folder: string
const children: ReturnType<typeof spawn>[] = []

useFolder((made) => {
  folder = made
})

afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL')
    await once(child, 'close')
  }
})

/** Starts a program with the first connection or datagram at some addresses. */
async function activate(flags: readonly string[], program: string): Promise<{ lines: Promise<string> }> {
  const file = join(folder, 'program.mjs')
  writeFileSync(
    file,
    `
    import { readFileSync } from 'node:fs'
    import * as sockctl from '${built}index.js'
    import { activatedSockets } from '${built}handover.js'
    ${program}`,
  )
  const child = spawn(activator, [...flags, process.execPath, file], { stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  const listens = flags.filter((flag) => flag === '-l').length
  let told = ''
  for await (const data of child.stderr.iterator({ destroyOnReturn: false })) {
    told += data
    if (told.split('Listening on').length > listens) break
  }
  child.stderr.resume()
  return { lines: text(child.stdout) }
}

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const env = "Object.keys(process.env).filter((name) => name.startsWith('LISTEN_'))"

describe.skipIf(!isThere)(`activatedSockets${isThere ? '' : ` (needs ${activator})`}`, () => {
  test('gives streams of several names, close-on-exec, and nothing of it to children', async () => {
    const [one, two] = [await freePort(), await freePort()]
    const path = join(folder, 'served')
    const flags = ['-l', `${host}:${one}`, '-l', `${host}:${two}`, '-l', path, '--fdname=web:admin:local']
    const { lines } = await activate(
      flags,
      `
      import net from 'node:net'
      const found = activatedSockets()
      const cloexec = [...found.values()].flat().map(({ fd }) => /flags:\\s+02\\d{6}/.test(readFileSync('/proc/self/fdinfo/' + fd, 'utf8')))
      console.log(JSON.stringify({ names: [...found.keys()], env: ${env}, cloexec, same: activatedSockets() === found }))
      for (const name of found.keys()) {
        const server = net.createServer((socket) => { socket.end(name); if (name === 'local') process.exitCode = 0 })
        await sockctl.listen(server, { activated: name })
        server.on('connection', () => server.close())
      }`,
    )
    expect(await text(net.connect(two, host))).toBe('admin')
    expect(await text(net.connect(one, host))).toBe('web')
    expect(await text(net.connect(path))).toBe('local')
    expect(JSON.parse(await lines)).toEqual({
      names: ['web', 'admin', 'local'],
      env: [],
      cloexec: [true, true, true],
      same: true,
    })
  })

  test('gives datagram sockets, with the datagram that it was started for', async () => {
    const port = await freePort()
    const { lines } = await activate(
      ['--datagram', '-l', `${host}:${port}`, '--fdname=stats'],
      `
      import dgram from 'node:dgram'
      const socket = dgram.createSocket('udp4')
      socket.on('message', (data, from) => socket.send('got ' + data, from.port, from.address, () => socket.close()))
      await sockctl.bindDatagram(socket, { activated: 'stats' })
      console.log(activatedSockets().get('stats')[0].fd)`,
    )
    const client = dgram.createSocket('udp4')
    client.send('hello', port, host)
    expect(String((await once(client, 'message'))[0])).toBe('got hello')
    expect(await lines).toBe('-1\n')
    client.close()
  })

  test('says which names there are', async () => {
    const port = await freePort()
    const { lines } = await activate(
      ['-l', `${host}:${port}`, '--fdname=web'],
      `
      import net from 'node:net'
      for (const options of [{ activated: 'other' }, { activated: 'web', port: 1 }]) {
        await sockctl.listen(net.createServer(), options).catch(({ code, message }) => console.log(code, message))
      }
      process.exit()`,
    )
    net.connect(port, host).on('error', () => {})
    const [none, odd] = (await lines).split('\n') as [string, string]
    expect(none).toMatch(/^ERR_SOCKCTL_NOT_ACTIVATED .*'web'/)
    expect(odd).toMatch(/^ERR_INVALID_ARG_VALUE .*options\.port/)
  })
})

describe('without systemd', () => {
  test('there are none, and a name is refused', async () => {
    expect(activatedSockets().size).toBe(0)
    expect((await rejectionOf(listen(net.createServer(), { activated: 'web' }))).code).toBe('ERR_SOCKCTL_NOT_ACTIVATED')
  })

  test.each([
    ['another process', { LISTEN_PID: '1', LISTEN_FDS: '1' }, '0'],
    ['no number', {}, '0'],
    ['a number that is none', { LISTEN_FDS: 'x' }, 'ERR_INVALID_ARG_VALUE'],
    ["descriptors that are Node's own", { LISTEN_FDS: '1' }, 'ENOTSOCK'],
  ])('an environment of %s takes nothing', (_, given, answer) => {
    const program = `
      import { activatedSockets } from '${built}handover.js'
      Object.assign(process.env, { LISTEN_PID: process.pid }, ${JSON.stringify(given)})
      try { console.log(activatedSockets().size) } catch ({ code }) { console.log(code) }`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' })
    expect(stdout.trim()).toBe(answer)
  })

  test('all are taken or none, where no more files may be opened', async () => {
    const server = net.createServer().listen(0, host)
    await once(server, 'listening')
    const fds = Array.from({ length: 100 }, () => fdOf(server))
    const program = `
      import { execFileSync } from 'node:child_process'
      import { readdirSync } from 'node:fs'
      import { activatedSockets } from '${built}handover.js'
      const open = () => readdirSync('/proc/self/fd').map(Number)
      const limit = (most) => execFileSync('prlimit', ['--pid=' + process.pid, '--nofile=' + most + ':'])
      Object.assign(process.env, { LISTEN_PID: process.pid, LISTEN_FDS: ${fds.length} })
      // Room for some of them, and enough for the rest of this.
      const free = Array.from({ length: 1024 }, (_, fd) => fd).filter((fd) => !open().includes(fd))
      limit(free[16])
      const before = open()
      let code
      try { activatedSockets() } catch (error) { code = error.code }
      const more = open().length - before.length
      limit(1024)
      console.log(JSON.stringify({ code, more, taken: [...activatedSockets().values()].flat().length }))`
    const args = ['--input-type=module', '--eval', program]
    const { stdout } = spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', ...fds] })
    expect(JSON.parse(String(stdout))).toEqual({ code: 'EMFILE', more: 0, taken: fds.length })
    server.close()
  })
})
