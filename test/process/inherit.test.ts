import { execFile, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, listen } from '../../lib/adopt/index.js'
import { fdOf } from '../../lib/handle.js'
import { native } from '../../lib/native.js'
import { BareSocket } from '../../lib/sockets/index.js'

/** Prints what every descriptor of its process leads to. */
const lister = `
  const { readdirSync, readlinkSync } = require('node:fs')
  const links = readdirSync('/proc/self/fd').flatMap((fd) => {
    try { return [readlinkSync('/proc/self/fd/' + fd)] } catch { return [] }
  })
  if (process.send) process.send(links)
  else process.stdout.write(JSON.stringify(links))`

let folder: string
let bare: BareSocket
let duplicate: number
let namespace: number
let server: net.Server
let client: net.Socket
let links: string[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sockctl-'))
  bare = new BareSocket('ipv4')
  duplicate = native.dup(bare.fd)
  namespace = native.networkNamespace()
  server = await listen(net.createServer(), { host: '127.0.0.1' })
  client = await connect({ host: '127.0.0.1', port: (server.address() as net.AddressInfo).port })
  const fds = [bare.fd, duplicate, fdOf(server), fdOf(client)]
  links = fds.map((fd) => readlinkSync(`/proc/self/fd/${fd}`))
})

afterAll(async () => {
  bare.close()
  native.close(duplicate)
  native.close(namespace)
  client.destroy()
  server.close()
  await once(server, 'close')
  rmSync(folder, { recursive: true })
})

function expectNone(inherited: readonly string[]): void {
  expect(inherited.length).toBeGreaterThan(2)
  for (const link of links) expect(inherited).not.toContain(link)
  expect(inherited.filter((link) => link.startsWith('net:'))).toEqual([])
}

describe('a child process', () => {
  test('of spawn() inherits no socket', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--eval', lister])
    expectNone(JSON.parse(stdout))
  })

  test('of spawn() through a shell inherits no socket', async () => {
    const child = spawn('ls -l /proc/self/fd', { shell: true, stdio: ['ignore', 'pipe', 'inherit'] })
    const [output] = await Promise.all([child.stdout.toArray(), once(child, 'close')])
    const shown = Buffer.concat(output).toString()
    expectNone(shown.split('\n').flatMap((line) => line.split(' -> ')[1] ?? []))
  })

  test('of fork() inherits no socket', async () => {
    const program = join(folder, 'lister.cjs')
    writeFileSync(program, lister)
    const child = fork(program, { execArgv: [] })
    const [[inherited]] = await Promise.all([once(child, 'message'), once(child, 'exit')])
    expectNone(inherited)
  })

  test('has a socket that it was given on purpose', async () => {
    const child = spawn(process.execPath, ['--eval', lister], { stdio: ['ignore', 'pipe', 'ignore', bare.fd] })
    const [output] = await Promise.all([child.stdout?.toArray(), once(child, 'close')])
    expect(JSON.parse(Buffer.concat(output ?? []).toString())).toContain(links[0])
  })
})
