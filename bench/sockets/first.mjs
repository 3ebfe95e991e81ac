import { sockets } from '../../dist/diag.js'

// What the first call of a process takes; what it takes to load the library does not count.
const start = performance.now()
const found = sockets({ protocol: 'tcp' }).length
process.stdout.write(JSON.stringify({ ms: performance.now() - start, found }))
