import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { takeover } from '../../../dist/handover.js'

// The new process takes the listening socket over, and the old one leaves when it has answered what it has.

let running

export async function begin(server, port) {
  const path = join(tmpdir(), `sockctl-restart-${process.getuid()}-${port}`)
  running = await takeover(path, { web: { server, listen: { host: '127.0.0.1', port } } })
}

export async function end() {
  await running.left
}

export async function replace(server, next) {
  await next.begin()
  await server.end()
  return next
}
