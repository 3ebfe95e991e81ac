// Prints on a line printer daemon (a print server, a network printer), or shows its queue:
//
//   node lpr.mjs [--port number] [--printer name] [--wait seconds] [--goodbye] host file...
//   node lpr.mjs [--port number] [--printer name] [--wait seconds] --queue host
//
// RFC 1179 lets clients come from the ports 721 to 731 alone, which takes root or CAP_NET_BIND_SERVICE. A job ends when
// the client closes, which leaves its port in TIME_WAIT for a minute. So all files are one job, and a port serves other
// hosts meanwhile. The same host can have it again at once where both sides use TCP timestamps; where not, and all eleven
// are busy, this says so and waits for the first, as long as --wait allows (60). With --goodbye an empty line ends the
// job, and the server closes first: LPRng prints it then, BSD's lpd throws it away.
import { readFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { basename } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { abort, connect, reservedPorts } from 'sockctl'
import { sockets } from 'sockctl/diag'

const usage = `usage: node lpr.mjs [--port number] [--printer name] [--wait seconds] [--goodbye] host file...
       node lpr.mjs [--port number] [--printer name] [--wait seconds] --queue host`

const commands = { job: 2, queue: 4 }
const leastPause = 250
const longest = 30_000
const parts = { control: 2, data: 3 }

function readArguments() {
  const { values, positionals } = parseArgs({
    options: {
      port: { type: 'string', default: '515' },
      printer: { type: 'string', default: 'lp' },
      wait: { type: 'string', default: '60' },
      queue: { type: 'boolean', default: false },
      goodbye: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  })
  const [host, ...files] = positionals
  const [port, wait] = [Number(values.port), Number(values.wait)]
  if (!host) throw new Error('a host is needed')
  if (values.queue !== (files.length === 0)) throw new Error('either files or --queue is needed')
  if (files.length > 52) throw new Error('the protocol has names for 52 files, no more')
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Error(`${values.port} is not a port`)
  if (!(wait >= 0)) throw new Error(`${values.wait} is not a number of seconds`)
  return { ...values, host, port, wait: wait * 1000, files }
}

/**
 * In how many milliseconds the first of the ports has lost all that is left of its connections; undefined where each has
 * one that is still open.
 */
function firstFree() {
  const { low, high } = reservedPorts.lpd
  const entries = sockets({ protocol: 'tcp', localPort: { low, high } })
  const times = []
  for (let port = low; port <= high; port++) {
    const own = entries.filter(({ localPort }) => localPort === port)
    if (own.every(({ timer }) => timer === 'timewait')) times.push(Math.max(...own.map(({ timerMs }) => timerMs)))
  }
  return times.length > 0 ? Math.max(Math.min(...times), leastPause) : undefined
}

/** Connects from one of the eleven ports; waits for it where none is free for this host. */
async function connectFromPrinterPort({ host, port, wait }) {
  const deadline = Date.now() + wait
  for (;;) {
    try {
      // With SO_REUSEADDR a port that is busy with one host can have a connection to another.
      const socket = await connect({ host, port, localPort: reservedPorts.lpd, reuseAddress: true, timeout: longest })
      return socket.setTimeout(longest, () => socket.destroy(new Error('the server does not answer')))
    } catch (error) {
      // A host with several addresses fails with the errors of all.
      const shortage = [error, ...(error.errors ?? [])].find(({ code }) => code === 'ERR_SOCKCTL_NO_RESERVED_PORT')
      if (!shortage) throw error
      const pause = firstFree()
      if (pause === undefined || Date.now() + pause > deadline) throw error
      console.error(`lpr: ${shortage.message}; the first is free in ${(pause / 1000).toFixed(1)} s`)
      await delay(pause)
    }
  }
}

/** What an answer says behind its first byte, if that is none of the text. */
function reasonOf(answer) {
  return answer.toString('latin1', answer[0] < 32 ? 1 : 0).trim()
}

/** The answers of the server, each a byte: 0 for yes. */
class Answers {
  #chunks

  constructor(socket) {
    this.#chunks = socket.iterator({ destroyOnReturn: false })
  }

  async yes(what) {
    const { value = Buffer.alloc(0), done } = await this.#chunks.next()
    if (done) throw new Error(`the server closed the connection instead of taking ${what}`)
    if (value[0] !== 0) throw new Error(`the server does not take ${what}: ${reasonOf(value)}`)
  }

  async rest() {
    const chunks = []
    for await (const chunk of this.#chunks) chunks.push(chunk)
    return Buffer.concat(chunks)
  }
}

/** The files of a job, by the names that the server is to give them. */
function jobOf(files) {
  const number = String(process.pid % 1000).padStart(3, '0')
  const host = hostname()
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  const data = files.map((file, index) => ({ name: `df${letters[index]}${number}${host}`, bytes: readFileSync(file) }))
  // A length of 0 means that the file goes on until the client closes.
  const empty = data.findIndex(({ bytes }) => bytes.length === 0)
  if (empty >= 0) throw new Error(`${files[empty]} is empty`)
  const title = basename(files[0])
  const lines = [`H${host}`, `P${userInfo().username}`, `J${title}`]
  for (const [index, { name }] of data.entries()) lines.push(`f${name}`, `U${name}`, `N${basename(files[index])}`)
  return { control: { name: `cfA${number}${host}`, bytes: Buffer.from(`${lines.join('\n')}\n`) }, data }
}

async function print(request) {
  const job = jobOf(request.files)
  const socket = await connectFromPrinterPort(request)
  try {
    await send(socket, job, request)
  } catch (error) {
    // A server that refuses a job may wait for another.
    if (!socket.destroyed) abort(socket)
    throw error
  }
}

async function send(socket, { control, data }, request) {
  const answers = new Answers(socket)
  const sendFile = async (part, { name, bytes }) => {
    socket.write(`${String.fromCharCode(part)}${bytes.length} ${name}\n`)
    await answers.yes(name)
    socket.write(bytes)
    socket.write('\0')
    await answers.yes(`what is in ${name}`)
  }
  socket.write(`${String.fromCharCode(commands.job)}${request.printer}\n`)
  await answers.yes(`a job for ${request.printer}`)
  for (const file of data) await sendFile(parts.data, file)
  await sendFile(parts.control, control)
  if (request.goodbye) socket.write('\n')
  else socket.end()
  await answers.rest()
}

async function showQueue(request) {
  const socket = await connectFromPrinterPort(request)
  socket.write(`${String.fromCharCode(commands.queue)}${request.printer}\n`)
  // The server closes when it has said all: nothing is left in TIME_WAIT here.
  const answer = await new Answers(socket).rest()
  if (answer[0] === 1) throw new Error(`the server says: ${reasonOf(answer)}`)
  process.stdout.write(answer)
}

/** What went wrong, and what to do where that is the privilege to bind a reserved port. */
function explain(error) {
  // A host with several addresses fails with the errors of all.
  const [{ code, syscall }] = error.errors ?? [error]
  const isForbidden = code === 'EACCES' && syscall === 'bind'
  return isForbidden ? `${error.message}: it takes root, or CAP_NET_BIND_SERVICE` : error.message
}

function complain(status, message) {
  console.error(`lpr: ${message}`)
  process.exitCode = status
}

let request
try {
  request = readArguments()
} catch (error) {
  complain(2, `${error.message}\n${usage}`)
}
const task = request?.queue ? showQueue : print
if (request) await task(request).catch((error) => complain(1, explain(error)))
