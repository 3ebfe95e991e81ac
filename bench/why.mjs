import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const usage = `npm run bench -- why
Shows next to each other what ss, lsof, kill-port and sockctl say of addresses whose bind fails. It takes root, for a
network of its own.`

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const host = '127.0.0.1'

/** Runs a command, and gives what it printed, its first lines. */
function outputOf(command, args) {
  return new Promise((resolve) => {
    const child = execFile(command, args, { env: { ...process.env, NO_COLOR: '1' } }, (error, stdout, stderr) => {
      if (error?.code === 'ENOENT') resolve('(not installed)')
      const text = `${stdout}${stderr}`.trim().split('\n').slice(0, 4).join('\n      ')
      resolve(`${text === '' ? '(nothing)' : text}   [exit ${child.exitCode}]`)
    })
  })
}

const sockctl = (...args) => [process.execPath, [here('../bin/sockctl.js'), ...args]]
const killPort = (port) => [process.execPath, [here('node_modules/kill-port/cli.js'), String(port)]]

/** What each tool is asked about a port: the question that people ask with it. */
function questionsOfPort(port) {
  return {
    'ss -tlnp': ['ss', ['-Htlnp', `sport = :${port}`]],
    'ss -tanp': ['ss', ['-Htanp', `sport = :${port}`]],
    'lsof -i': ['lsof', ['-nP', `-iTCP:${port}`]],
    'kill-port': killPort(port),
    'sockctl why --probe': sockctl('why', '--probe', String(port)),
  }
}

function questionsOfPath(path) {
  return {
    'ss -xlp': ['ss', ['-Hxlp', 'src', path]],
    lsof: ['lsof', [path]],
    'sockctl why': sockctl('why', path),
  }
}

/** A port that is bound, and nothing else. */
async function boundSituation({ BareSocket }) {
  const socket = new BareSocket('ipv4')
  socket.bind({ address: host })
  const { port } = socket.address()
  return {
    title: `bound, neither listening nor connected: port ${port}`,
    questions: questionsOfPort(port),
    end: () => socket.close(),
  }
}

/** The port of a client that closed first. */
async function remnantSituation() {
  const server = net.createServer((socket) => socket.resume()).listen(0, host)
  await once(server, 'listening')
  const client = net.connect(server.address().port, host)
  await once(client, 'connect')
  const { localPort } = client
  const gone = once(client.resume(), 'close')
  client.end()
  await gone
  server.close()
  return {
    title: `TIME_WAIT of a socket without SO_REUSEADDR: port ${localPort}`,
    questions: questionsOfPort(localPort),
    end() {},
  }
}

/** The file of a Unix socket that nobody has bound any more. */
async function staleSituation({ BareSocket }) {
  const folder = mkdtempSync(join(tmpdir(), 'sockctl-bench-'))
  const path = join(folder, 'server.sock')
  const socket = new BareSocket('unix')
  socket.bind({ path })
  socket.close()
  return {
    title: `a stale Unix socket: ${path}`,
    questions: questionsOfPath(path),
    end: () => rmSync(folder, { recursive: true }),
  }
}

/** Prints what the tools say of each situation. */
export async function run(args, prepare) {
  if (args.length > 0) {
    console.log(usage)
    return
  }
  prepare()
  const { enterOwnNetwork } = await import('./sockets/network.mjs')
  const library = await import('../dist/index.js')
  enterOwnNetwork()
  if (!existsSync(here('node_modules/kill-port'))) console.error('kill-port is not installed')
  for (const make of [boundSituation, remnantSituation, staleSituation]) {
    const { title, questions, end } = await make(library)
    console.log(title)
    for (const [name, [command, words]] of Object.entries(questions)) {
      console.log(`  ${name}\n      ${await outputOf(command, words)}`)
    }
    end()
  }
}
