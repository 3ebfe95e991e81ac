import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { checkLimits, established, mostFiles } from './limits.mjs'

// Runs in a network namespace of its own and prints what it found.

const { count } = JSON.parse(process.argv[2])
const here = (name) => fileURLToPath(new URL(name, import.meta.url))

/** The kernel spreads connections over the listeners by a hash, so not quite evenly: some room is left. */
const processes = Math.ceil(count / Math.min(mostFiles() * 0.8, 25_000))
const share = Math.ceil(count / processes)

/** The next message of a process, or an error when it ends. */
async function messageOf(child, what) {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${what} ended with ${code}`)
  })
  ended.catch(() => {})
  const [message] = await Promise.race([once(child, 'message'), ended])
  return message
}

function sum(reports) {
  const total = { connections: 0, rss: 0, heapUsed: 0 }
  for (const report of reports) for (const key of Object.keys(total)) total[key] += report[key]
  return total
}

async function openAll(way, port, clients) {
  const answers = Array.from({ length: processes }, (_, index) => {
    const mine = Math.min(share, count - index * share)
    const client = fork(here('client.mjs'), [way, port, mine, `127.0.1.${index + 1}`].map(String))
    clients.push(client)
    return messageOf(client, 'a client')
  })
  return sum(await Promise.all(answers))
}

async function ask(clients) {
  const answers = clients.map((client) => {
    client.send('ask')
    return messageOf(client, 'a client')
  })
  return (await Promise.all(answers)).reduce((total, asked) => total + asked, 0)
}

/** Opens all connections, counts them while they are held, and lets them go. */
async function hold(way, port) {
  const server = fork(here('server.mjs'), [way, port, processes].map(String))
  const clients = []
  try {
    await messageOf(server, 'the server')
    const start = process.hrtime.bigint()
    const client = await openAll(way, port, clients)
    const seconds = Number(process.hrtime.bigint() - start) / 1e9
    server.send('report')
    const report = sum(await messageOf(server, 'the server'))
    return { way, established: established(), seconds, client, server: report, answered: await ask(clients) }
  } finally {
    for (const child of [server, ...clients]) if (child.connected) child.disconnect()
    await Promise.all([server, ...clients].map((child) => child.exitCode ?? once(child, 'exit')))
  }
}

const limits = checkLimits(count, share)
const results = [await hold('sockctl', 4001), await hold('stock', 4002)]
process.stdout.write(JSON.stringify({ processes, files: mostFiles(), limits, results }))
