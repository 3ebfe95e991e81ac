import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import net from 'node:net'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stockServer } from '../support.js'
import { command } from './command.js'

const executable = '/usr/bin/chromium'
const isMissing = !existsSync(executable)
const need = isMissing ? ' (needs /usr/bin/chromium: scripts/peers.sh installs it)' : ''
const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage']

let child: ChildProcess
let browser: Browser
let page: Page
const requests: string[] = []
const complaints: string[] = []

beforeAll(async () => {
  if (isMissing) return
  child = spawn(process.execPath, [command, 'watch'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
  browser = await chromium.launch({ executablePath: executable, args })
  page = await browser.newPage()
  page.on('request', (request) => requests.push(request.url()))
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(String(line).trim())
}, 60_000)

afterAll(async () => {
  if (isMissing) return
  await browser.close()
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
})

function count(state: string): Promise<number> {
  return page.locator(`#${state} .count`).innerText().then(Number)
}

describe('the page of sockctl watch', () => {
  test.skipIf(isMissing)(`shows a state that lasts 400 ms${need}`, async () => {
    const { server, port } = await stockServer((socket) => socket.on('error', () => {}))
    // Closing half of a connection leaves FIN_WAIT_2 here and CLOSE_WAIT there.
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    await once(socket, 'connect')
    const before = await count('FIN_WAIT_2')
    const shown = page.waitForFunction(
      (least) => Number(document.querySelector('#FIN_WAIT_2 .count')?.textContent) > least,
      before,
      { polling: 20 },
    )
    const held = net.createServer({ allowHalfOpen: true }, (end) => end.on('error', () => {}).resume())
    held.listen(0, '127.0.0.1')
    await once(held, 'listening')
    const half = net.connect({ port: (held.address() as net.AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true })
    await once(half, 'connect')
    half.end()
    const timer = setTimeout(() => half.resetAndDestroy(), 400)
    await shown
    clearTimeout(timer)
    for (const one of [half, socket]) one.destroy()
    for (const one of [held, server]) one.close()
  })

  test.skipIf(isMissing)(`filters by port and by state, from the keyboard${need}`, async () => {
    const { server, port } = await stockServer(() => {})
    await page.keyboard.press('/')
    await page.keyboard.type(String(port))
    await page.waitForFunction(
      (text) => document.querySelector('#rows')?.textContent?.includes(`:${text}`),
      String(port),
    )
    await page.waitForFunction(() => document.querySelectorAll('#rows tr').length === 1)
    expect(await page.locator('#rows tr').innerText()).toMatch(/^LISTEN\s+127\.0\.0\.1:\d+/)
    await page.locator('#TIME_WAIT').focus()
    await page.keyboard.press('Enter')
    expect(await page.locator('#TIME_WAIT').getAttribute('aria-pressed')).toBe('true')
    await page.waitForFunction(() => document.querySelectorAll('#rows tr').length === 0)
    await page.keyboard.press('Escape')
    await page.waitForFunction(() => document.querySelectorAll('#rows tr').length > 1)
    expect(await page.locator('#TIME_WAIT').getAttribute('aria-pressed')).toBe('false')
    server.close()
  })

  test.skipIf(isMissing)(`draws in light, dark and narrow, and nothing sticks out${need}`, async () => {
    const colours: string[] = []
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      colours.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor))
    }
    expect(new Set(colours).size).toBe(2)
    await page.setViewportSize({ width: 360, height: 800 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
  })

  test.skipIf(isMissing)(`loads nothing from elsewhere, and complains of nothing${need}`, () => {
    expect(complaints).toEqual([])
    const hosts = new Set(requests.filter((url) => !url.startsWith('data:')).map((url) => new URL(url).host))
    expect(hosts.size).toBe(1)
  })
})
