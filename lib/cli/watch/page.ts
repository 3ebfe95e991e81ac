import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { packageRoot } from '../../root.js'
import { say } from '../print.js'
import { Guard } from './guard.js'
import { filterOf, Stream } from './stream.js'

const folder = new URL('assets/watch/', packageRoot)

const files: Readonly<Record<string, readonly [name: string, type: string]>> = {
  '': ['page.html', 'text/html; charset=utf-8'],
  'page.js': ['page.js', 'text/javascript; charset=utf-8'],
  'page.css': ['page.css', 'text/css; charset=utf-8'],
}

const headers = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
}

function serve(guard: Guard, stream: Stream, request: http.IncomingMessage, response: http.ServerResponse): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  const asked = guard.check(request)
  if (typeof asked === 'number') {
    response.writeHead(asked).end()
    return
  }
  if (asked.path === 'events') {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    stream.add(response, filterOf(asked.query))
    return
  }
  const file = Object.hasOwn(files, asked.path) ? files[asked.path] : undefined
  if (!file) response.writeHead(404).end()
  else response.writeHead(200, { 'Content-Type': file[1] }).end(readFileSync(new URL(file[0], folder)))
}

/**
 * Serves the page on 127.0.0.1, at an address that only who reads the terminal knows, until the process is asked to end.
 */
export async function watchPage(): Promise<void> {
  const token = randomBytes(24).toString('base64url')
  const stream = new Stream()
  const server = http.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const guard = new Guard(token, port)
  server.on('request', (request, response) => serve(guard, stream, request, response))
  say(`http://127.0.0.1:${port}/${token}/`)
  const ended = once(server, 'close')
  const quit = () => {
    stream.end()
    server.close()
    server.closeAllConnections()
  }
  process.once('SIGINT', quit).once('SIGTERM', quit)
  await ended
}
