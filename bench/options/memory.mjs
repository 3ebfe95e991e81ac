import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { connectedSocket } from '../connection.mjs'
import { operations } from './operations.mjs'
import { open } from './sockctl.mjs'

// In a process of its own: memory that somebody else has freed would hide a leak.

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')

function memory() {
  collect()
  collect()
  const { rss, heapUsed } = process.memoryUsage()
  return { rss, heapUsed }
}

const rounds = Number(process.argv[2])
const { socket, close } = await connectedSocket()
const { measure } = open(socket)

// All operations have their turn, so that a set and a get together are half of them.
async function run(count) {
  for (const operation of operations) await measure(operation, (2 * count) / operations.length)
}

await run(rounds / 4)
const before = memory()
await run(rounds)
const after = memory()
console.log(JSON.stringify({ sets: rounds, gets: rounds, before, after }))
close()
