import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { command } from './command.js'

let child: ChildProcess
let page: URL

beforeAll(async () => {
  child = spawn(process.execPath, [command, 'watch'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
  page = new URL(String(line).trim())
})

afterAll(async () => {
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
})

/** Asks the page's server, and gives the response once its head is there. */
async function ask(
  path: string,
  headers: http.OutgoingHttpHeaders = {},
  method = 'GET',
): Promise<http.IncomingMessage> {
  const request = http.request({ host: '127.0.0.1', port: page.port, path, headers, method, agent: false }).end()
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  return response
}

async function statusOf(...args: Parameters<typeof ask>): Promise<number | undefined> {
  const response = await ask(...args)
  response.destroy()
  return response.statusCode
}

describe('sockctl watch', () => {
  test('serves its page to who knows the address, and lets it load nothing from elsewhere', async () => {
    const response = await ask(page.pathname)
    response.resume()
    expect(response.statusCode).toBe(200)
    expect(response.headers['content-security-policy']).toMatch(/^default-src 'none'/)
    expect(response.headers['access-control-allow-origin']).toBeUndefined()
    for (const file of ['page.js', 'page.css']) expect(await statusOf(page.pathname + file)).toBe(200)
  })

  test.each([
    ['a wrong token', () => ask('/wrong/'), 404],
    ['what is no URL', () => ask('//'), 404],
    ['no token', () => ask('/'), 404],
    ['the events without a token', () => ask('/events'), 404],
    ['a file that is not there', () => ask(`${page.pathname}../package.json`), 404],
    ["somebody else's host name", () => ask(page.pathname, { host: `evil.example:${page.port}` }), 403],
    ['a host without its port', () => ask(page.pathname, { host: '127.0.0.1' }), 403],
    ['another origin', () => ask(`${page.pathname}events`, { origin: 'http://evil.example' }), 403],
    ['another method', () => ask(page.pathname, {}, 'POST'), 405],
  ])('refuses %s', async (_, asked, status) => {
    const response = await asked()
    response.destroy()
    expect(response.statusCode).toBe(status)
  })

  test('sends the counts, and the rows that a filter leaves', async () => {
    const response = await ask(`${page.pathname}events?port=${page.port}&state=LISTEN`)
    expect(response.headers['content-type']).toBe('text/event-stream')
    const [data] = (await once(response, 'data')) as [Buffer]
    response.destroy()
    const { counts, rows } = JSON.parse(String(data).replace(/^data: /, '')) as { counts: object; rows: unknown[][] }
    expect(counts).toMatchObject({ LISTEN: expect.any(Number), TIME_WAIT: expect.any(Number) })
    expect(rows).toEqual([['LISTEN', `127.0.0.1:${page.port}`, '', expect.stringContaining(String(child.pid)), null]])
  })
})
