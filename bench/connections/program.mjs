import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { checkLimits, established, mostFiles } from './limits.mjs'

// Runs in a network namespace of its own and prints what it found.

const { count, stock } = JSON.parse(process.argv[2])
const here = (name) => fileURLToPath(new URL(name, import.meta.url))

/** The kernel spreads connections over the listeners by a hash, so not quite evenly: some room is left. */
const mostEach = Math.min(mostFiles() * 0.8, 25_000)

/** A process of this benchmark: what it says next, and how it ends. */
function start(name, args) {
  const child = fork(here(name), args.map(String))
  const ended = once(child, 'exit')
  const failed = ended.then(([code, signal]) => {
    throw new Error(`${name} ended with ${code ?? signal}`)
  })
  failed.catch(() => {})
  return {
    async next() {
      const [message] = await Promise.race([once(child, 'message'), failed])
      return message
    },
    send: (message) => child.send(message),
    async end() {
      if (child.connected) child.disconnect()
      await ended
    },
  }
}

function sum(reports) {
  const total = { connections: 0, rss: 0, heapUsed: 0 }
  for (const report of reports) for (const key of Object.keys(total)) total[key] += report[key]
  return total
}

/** Starts the clients, each with a source address of its own, and waits until all have connected. */
async function openAll({ way, port, count, processes }, clients) {
  const share = Math.ceil(count / processes)
  for (let index = 0; index < processes; index++) {
    const mine = Math.min(share, count - index * share)
    clients.push(start('client.mjs', [way, port, mine, `127.${port % 100}.0.${index + 1}`]))
  }
  return sum(await Promise.all(clients.map((client) => client.next())))
}

async function ask(clients) {
  for (const client of clients) client.send('ask')
  const answers = await Promise.all(clients.map((client) => client.next()))
  return answers.reduce((total, asked) => total + asked, 0)
}

/** Opens all connections, counts them while they are held, and lets them go. */
async function hold(way, port, count) {
  const processes = Math.ceil(count / mostEach)
  const server = start('server.mjs', [way, port, processes])
  const clients = []
  try {
    await server.next()
    const begin = process.hrtime.bigint()
    const client = await openAll({ way, port, count, processes }, clients)
    const seconds = Number(process.hrtime.bigint() - begin) / 1e9
    server.send('report')
    const report = sum(await server.next())
    return {
      way,
      count,
      processes,
      established: established(),
      seconds,
      client,
      server: report,
      answered: await ask(clients),
    }
  } finally {
    await Promise.all([server, ...clients].map((child) => child.end()))
  }
}

const limits = checkLimits(count, mostEach)
const results = [await hold('sockctl', 4001, count), await hold('stock', 4002, stock)]
process.stdout.write(JSON.stringify({ files: mostFiles(), limits, results }))
