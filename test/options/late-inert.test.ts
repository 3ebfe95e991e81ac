import { describe, test } from 'vitest'
import { useOwnNetwork } from '../sockets/network.js'
import { isRoot } from '../support.js'
import { type Experiment, inert } from './inert.js'

// Where nobody else takes the ports that are free.
useOwnNetwork()

const experiments = Object.entries(inert) as [string, Experiment][]
const cases = experiments.flatMap(([name, experiment]) => experiment.kinds.map((kind) => ({ name, kind, experiment })))

// Some of them wait for seconds.
describe.concurrent('an option whose late set is refused', () => {
  for (const { name, kind, experiment } of cases) {
    test(`does something when it is set in time: ${name} on ${kind}`, async () => {
      await experiment.early(kind)
    })

    const why = experiment.root && !isRoot ? ' (needs root)' : ''
    test.skipIf(why)(`does nothing when it is set late, past all checks: ${name} on ${kind}${why}`, async () => {
      await experiment.late(kind)
    })
  }
})
