import { writeFileSync } from 'node:fs'
import { answerOf, start, startServer, tell } from './process.mjs'

// Runs in a network namespace of its own, restarts a server under load, in one mode and as one user after the other, and
// prints what came of it.

const { runs, restarts, flight, requests } = JSON.parse(process.argv[2])

/** The server closes first: its remnants do not add up over the restarts. */
writeFileSync('/proc/sys/net/ipv4/tcp_max_tw_buckets', '1024')

const nobody = { uid: 65534, gid: 65534 }

async function measure({ mode, user }, port) {
  const { replace } = await import(`./modes/${mode}.mjs`)
  const who = user === 'nobody' ? nobody : {}
  const [reports, exits] = [[], []]
  const prepare = async () => {
    const server = await startServer(mode, port, who, reports)
    exits.push(server.exited)
    return server
  }
  let server = await prepare()
  await server.begin()
  const load = start('load.mjs', [port, flight, requests])
  await answerOf(load)
  for (let restart = 0; restart < restarts; restart++) server = await replace(server, await prepare())
  const result = await tell(load, 'end')
  server.discard()
  await Promise.all(exits)
  return { mode, user, ...result, reports: reports.filter(Boolean) }
}

const results = []
for (const [index, run] of runs.entries()) results.push(await measure(run, 4000 + index))
process.stdout.write(JSON.stringify(results))
