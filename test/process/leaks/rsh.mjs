// Commands over rsh that succeed, and that fail in each way there is, against a server in this thread.
import assert from 'node:assert'
import { once } from 'node:events'
import net from 'node:net'
import { threadId } from 'node:worker_threads'
import * as sockctl from '../../../dist/index.js'
import { multiRsh, rcmd } from '../../../dist/rsh.js'

const host = '127.0.0.1'

let connections = 0

/** Connects back, each time from another address, so that one reserved port is enough for all. */
function connectBack(port) {
  const localAddress = `127.${10 + (threadId % 100)}.${(connections >> 8) & 255}.${connections++ & 255}`
  const options = { host, port, localAddress, localPort: { low: 700, high: 1000 }, reuseAddress: true }
  return sockctl.connect(options)
}

/** What the server does, by the command. */
const answers = {
  yes: (socket) => socket.end('\0out'),
  both: async (socket, port) => {
    const back = await connectBack(port)
    socket.end('\0out')
    back.on('error', () => {}).end('err')
  },
  no: (socket) => socket.end('\x01no\n'),
  end: (socket) => socket.end(),
  reset: (socket) => socket.resetAndDestroy(),
  babble: (socket) => socket.end('babble'),
  text: (socket) => socket.end('\0Authentication failure\n'),
  silent: () => {},
  cut: (socket) => socket.write('\0out', () => setTimeout(() => socket.resetAndDestroy(), 5)),
  much: (socket) => socket.write(`\0${'much'.repeat(1000)}`),
  alone: (socket) => socket.end('\0out'),
  input: (socket) => {
    socket.write('\0')
    socket.on('end', () => socket.end())
  },
}

function serve(socket) {
  let text = ''
  socket
    .on('error', () => {})
    .on('data', (chunk) => {
      text += chunk.toString('latin1')
      const [port, , , command, ...rest] = text.split('\0')
      if (rest.length !== 1) return
      text = '\0'.repeat(9)
      Promise.resolve(answers[command](socket, Number(port))).catch(() => socket.destroy())
    })
}

/** Starts the server and hands its address to a function; closes it. */
async function withServer(use) {
  const server = net.createServer({ allowHalfOpen: true }, serve)
  const open = new Set()
  server.on('connection', (socket) => open.add(socket.once('close', () => open.delete(socket))))
  server.listen(0, host)
  await once(server, 'listening')
  try {
    await use({ port: server.address().port, localUser: 'me', maxOutput: 1000 })
  } finally {
    for (const socket of open) socket.destroy()
    await once(server.close(), 'close')
  }
}

/** How each command ends; those that have a second connection are the last of their lines. */
const joined = { yes: undefined, input: undefined, no: 'REFUSED', end: 'REFUSED', reset: 'REFUSED', babble: 'PROTOCOL' }
const more = { text: 'REFUSED', silent: 'TIMEOUT', cut: 'CUT', much: 'OUTPUT' }
const separate = { both: undefined, alone: 'CHANNEL', silent: 'TIMEOUT' }

/** What a command is run with: only where the server is silent, time is to run out. */
function commandOf(command) {
  return command === 'silent' ? { command, backTimeout: 20, replyTimeout: 20 } : { command }
}

/** Checks a code, where this process may have reserved ports at all. */
function assertCode(code, wanted, command) {
  if (code !== 'EACCES') assert.strictEqual(code, wanted && `ERR_SOCKCTL_RSH_${wanted}`, command)
}

async function runOne(options, command, wanted, stderr) {
  const stdin = command === 'input' ? 'end' : 'none'
  for await (const { error } of multiRsh(Array(2).fill(host), { ...options, ...commandOf(command), stderr, stdin })) {
    assertCode(error?.code, wanted, command)
  }
}

async function runStreamed(options, command, wanted) {
  const stderr = command === 'both' ? 'separate' : 'joined'
  const ending = rcmd({ ...options, host, ...commandOf(command), stderr }).then(async (running) => {
    running.stdout.resume()
    running.stderr?.resume()
    await running.completed
  })
  assertCode(
    await ending.then(
      () => undefined,
      (error) => error.code,
    ),
    wanted,
    command,
  )
}

async function abortBoth(options) {
  const aborted = { ...options, command: 'silent', stderr: 'joined', signal: AbortSignal.timeout(5) }
  await assert.rejects(rcmd({ ...aborted, host }))
  for await (const _ of multiRsh(Array(2).fill(host), { ...options, command: 'yes', stderr: 'joined' })) break
}

function useMulti(options) {
  return Promise.all([
    ...Object.entries({ ...joined, ...more }).map(([command, wanted]) => runOne(options, command, wanted, 'joined')),
    ...Object.entries(separate).map(([command, wanted]) => runOne(options, command, wanted, 'separate')),
    abortBoth(options),
  ])
}

function useStreamed({ maxOutput: _, ...options }) {
  const { alone: _alone, ...others } = separate
  const { input: _input, ...all } = { ...joined, ...others, text: 'REFUSED', cut: 'CUT' }
  return Promise.all(Object.entries(all).map(([command, wanted]) => runStreamed(options, command, wanted)))
}

/** One right use and one wrong use of each function. */
export const rshUses = {
  multiRsh: [() => withServer(useMulti), () => multiRsh([host], { command: 'x\0' })],
  rcmd: [() => withServer(useStreamed), () => rcmd({ host, command: 'x\0' })],
}
