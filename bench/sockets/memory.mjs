import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { sockets } from '../../dist/diag.js'

// In a process of its own. Prints the bytes that each entry takes on the heap.

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
sockets({ protocol: 'tcp' })
collect()
const before = process.memoryUsage().heapUsed
const entries = sockets({ protocol: 'tcp' })
collect()
const bytes = process.memoryUsage().heapUsed - before
process.stdout.write(JSON.stringify({ entries: entries.length, bytes: bytes / entries.length }))
