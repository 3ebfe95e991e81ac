import { connectionBudget } from '../../dist/diag.js'
import { burst, openOnce, startServer } from './burst.mjs'
import { budgetOptions, cases, targetsOf } from './cases.mjs'
import { enterSmallNetwork } from './network.mjs'

const port = 20_000
const most = 300

/** Goes on until so many more connections were opened, or nothing came for too long. */
async function goOn(targets, close, count, patienceMs) {
  const start = performance.now()
  let last = start
  let made = 0
  for (let turn = 0; made < count && performance.now() - last < patienceMs; turn++) {
    if (await openOnce(targets[turn % targets.length], close)) {
      made++
      last = performance.now()
    } else await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return { made, ms: last - start }
}

const [index, windows] = JSON.parse(process.argv[2])
const one = cases[index]
enterSmallNetwork(one.settings)
await startServer(port)
const given = { ...one, target: { ...one.target, port } }
const predicted = connectionBudget(budgetOptions(given))
const targets = targetsOf(given)
const { close = 'we-first' } = one
const started = performance.now()
let measured = 0
for (const target of targets) measured += await burst(target, close, most)
const burstMs = performance.now() - started
const { held } = connectionBudget(budgetOptions(given))
const isTimed = predicted.heldMs > 0 && predicted.burst !== undefined
const patience = 1.2 * predicted.heldMs + 2000
// A second is over so soon that twenty of them are looked at.
const rounds = windows * (predicted.heldMs > 1000 ? 1 : 20)
// From all ports used up to all ports used up again, so many times.
const after = isTimed ? await goOn(targets, close, rounds * measured, patience) : undefined
process.stdout.write(JSON.stringify({ predicted, measured, tried: most * targets.length, burstMs, held, after }))
process.exit()
