import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { positive } from './arguments.mjs'

const usage = `npm run bench -- watch [--remnants 19000] [--connections 500] [--seconds 10] [--check]
  --remnants     how many sockets are in TIME_WAIT
  --connections  how many connections there are besides, each of two sockets
  --seconds      how long to look
  --check        exit with 1 when a frame takes 16 ms or more, or the server 5 % of a core
It takes root, for a network of its own, and /usr/bin/chromium.`

const flags = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage']
const command = fileURLToPath(new URL('../bin/sockctl.js', import.meta.url))

function parse(args) {
  const number = (name, standard) => [name, { type: 'string', default: String(standard) }]
  const numbers = [number('remnants', 19000), number('connections', 500), number('seconds', 10)]
  const options = { ...Object.fromEntries(numbers), check: { type: 'boolean' }, help: { type: 'boolean' } }
  const { values } = parseArgs({ args, options })
  for (const [name] of numbers) values[name] = positive(name, values[name])
  return values
}

async function connectMany(count) {
  const server = net.createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1')
  await once(server, 'listening')
  for (let made = 0; made < count; made++) await once(net.connect(server.address().port, '127.0.0.1'), 'connect')
}

/** Milliseconds of a core that a process has taken; the clock ticks 100 times a second. */
function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return 10 * (Number(fields[11]) + Number(fields[12]))
}

// From the start of a frame to when the main thread is free again: script that waited for it, style, layout and paint.
const measureFrames = `
  globalThis.frames = []
  const channel = new MessageChannel()
  let start = 0
  channel.port1.onmessage = () => { frames.push(performance.now() - start); requestAnimationFrame(tick) }
  const tick = () => { start = performance.now(); channel.port2.postMessage(0) }
  requestAnimationFrame(tick)`

async function taskTime(session) {
  const { metrics } = await session.send('Performance.getMetrics')
  return 1000 * metrics.find(({ name }) => name === 'TaskDuration').value
}

async function look(page, pid, seconds) {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  await page.evaluate(measureFrames)
  const [cpu, tasks, start] = [cpuOf(pid), await taskTime(session), performance.now()]
  await new Promise((resolve) => setTimeout(resolve, 1000 * seconds))
  const ms = performance.now() - start
  const frames = (await page.evaluate('frames')).sort((one, other) => one - other)
  return {
    shown: await page.textContent('#limit'),
    frames: frames.length,
    frameMedian: frames[frames.length >> 1],
    frameLongest: frames.at(-1),
    pagePerUpdate: ((await taskTime(session)) - tasks) / (5 * seconds),
    serverShare: (100 * (cpuOf(pid) - cpu)) / ms,
  }
}

async function measure({ remnants, connections, seconds }) {
  const { enterOwnNetwork, makeRemnants } = await import('./sockets/network.mjs')
  const { chromium } = await import('playwright-core')
  enterOwnNetwork()
  await connectMany(connections)
  const server = spawn(process.execPath, [command, 'watch'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(server.stdout, 'data')
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags })
  try {
    makeRemnants(remnants)
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    await page.goto(String(line).trim())
    await page.waitForSelector('#rows tr')
    // What is compiled and laid out once does not count.
    await new Promise((resolve) => setTimeout(resolve, 2000))
    return await look(page, server.pid, seconds)
  } finally {
    await browser.close()
    server.kill()
  }
}

/**
 * The benchmark `watch`.
 *
 * @param {string[]} args the command line
 * @param {() => void} prepare installs and builds what is needed
 */
export async function run(args, prepare) {
  const { help, check, ...how } = parse(args)
  if (help) return console.log(usage)
  prepare()
  const found = await measure(how)
  console.log(found.shown)
  console.log(
    `frames: ${found.frames}, median ${found.frameMedian.toFixed(2)} ms, longest ${found.frameLongest.toFixed(2)} ms`,
  )
  console.log(`page: ${found.pagePerUpdate.toFixed(2)} ms of its main thread an update, five a second`)
  console.log(`server: ${found.serverShare.toFixed(1)} % of a core`)
  if (check && (found.frameLongest >= 16 || found.serverShare >= 5)) process.exitCode = 1
  process.exit()
}
