import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import net from 'node:net'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stockServer } from '../support.js'
import { command } from './command.js'

const executable = '/usr/bin/chromium'
const without = existsSync(executable) ? '' : ' (needs /usr/bin/chromium: scripts/peers.sh installs it)'
// The browser would load the sanitizer too, which it does not start with.
const need = process.env.LD_PRELOAD ? ' (a browser does not start with a sanitizer preloaded)' : without
const isMissing = need !== ''
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
  page.setDefaultTimeout(10_000)
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

describe('the page of sockctl watch', () => {
  test.skipIf(isMissing)(`shows a state that lasts 400 ms${need}`, async () => {
    const server = net.createServer({ allowHalfOpen: true }, (end) => end.on('error', () => {}).resume())
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as net.AddressInfo
    await page.fill('#port', String(port))
    await page.waitForSelector('#rows:has(tr:only-child td:text-is("LISTEN"))')
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true }).resume()
    const [accepted] = (await once(server, 'connection')) as [net.Socket]
    // This end stays in FIN_WAIT_2 until the other one closes.
    socket.end()
    const shown = page.waitForSelector('#rows td:text-is("FIN_WAIT_2")')
    const counted = page.waitForSelector('#FIN_WAIT_2.full.changed')
    await once(socket, 'finish')
    const close = new Promise((resolve) => setTimeout(resolve, 400)).then(() => accepted.destroy())
    await Promise.all([shown, counted, close])
    const gone = once(server, 'close')
    server.close()
    await gone
  })

  test.skipIf(isMissing)(`filters by port and by state, from the keyboard${need}`, async () => {
    const { server, port } = await stockServer(() => {})
    await page.keyboard.press('Escape')
    await page.keyboard.press('/')
    await page.keyboard.type(String(port))
    await page.waitForSelector(`#rows:has(tr:only-child td:text-is("127.0.0.1:${port}"))`)
    await page.locator('#TIME_WAIT').focus()
    await page.keyboard.press('Enter')
    await page.waitForSelector('#TIME_WAIT[aria-pressed=true]')
    await page.waitForSelector('#rows:not(:has(tr))', { state: 'attached' })
    await page.keyboard.press('Escape')
    await page.waitForSelector('#TIME_WAIT[aria-pressed=false]')
    await page.waitForSelector('#rows tr + tr')
    server.close()
  })

  test.skipIf(isMissing)(`says of a port that is none that it is not looked at${need}`, async () => {
    for (const port of ['abc', '65536']) {
      await page.fill('#port', port)
      await page.waitForSelector('#limit:text("A port is a number from 1 to 65535")')
      await page.waitForSelector('#rows tr')
    }
    await page.keyboard.press('Escape')
    await page.waitForSelector('#limit:not(:text("A port is"))')
  })

  test.skipIf(isMissing)(`draws in light, dark and narrow, and nothing sticks out${need}`, async () => {
    const colours: string[] = []
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      colours.push(await page.evaluate<string>('getComputedStyle(document.body).backgroundColor'))
    }
    expect(new Set(colours).size).toBe(2)
    await page.setViewportSize({ width: 360, height: 800 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
  })

  test.skipIf(isMissing)(`loads nothing from elsewhere, and complains of nothing${need}`, () => {
    expect(complaints).toEqual([])
    const hosts = new Set(requests.filter((url) => !url.startsWith('data:')).map((url) => new URL(url).host))
    expect(hosts.size).toBe(1)
  })
})
