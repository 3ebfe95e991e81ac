import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')

/** The memory of this process after a garbage collection, in bytes. */
export function memory() {
  collect()
  collect()
  const { rss, heapUsed } = process.memoryUsage()
  return { rss, heapUsed }
}

/** The difference of two measurements. */
export function growth(before, after) {
  return { rss: after.rss - before.rss, heapUsed: after.heapUsed - before.heapUsed }
}
