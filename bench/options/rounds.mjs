import { orderOf } from '../turns.mjs'
import { operations } from './operations.mjs'

/** Calls in a row. Short against a time slice of the kernel's scheduler, so that most runs are not interrupted. */
const mostCalls = 2000

/**
 * One round: the calls of each contender in short runs, of which the fastest counts. Other programs on the machine only
 * ever add time, and more of it to what runs in user space than to the system call.
 */
async function runRound(contenders, operation, round, calls) {
  const turns = Math.ceil(calls / mostCalls)
  const runs = new Map(contenders.map(({ name }) => [name, []]))
  for (let turn = 0; turn < turns; turn++) {
    for (const { name, measure } of orderOf(contenders, round + turn)) {
      const { ns } = await measure(operation, Math.ceil(calls / turns))
      runs.get(name).push(ns)
    }
  }
  return [...runs].map(([name, values]) => [name, Math.min(...values)])
}

/**
 * Runs all rounds, after some that do not count.
 *
 * @returns {Promise<Record<string, Record<string, number[]>>>} nanoseconds a call by operation, contender and round
 */
export async function runRounds(contenders, { rounds, calls, warmUp = 2 }) {
  const samples = Object.fromEntries(
    operations.map(({ title }) => [title, Object.fromEntries(contenders.map(({ name }) => [name, []]))]),
  )
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const operation of operations) {
      for (const [name, ns] of await runRound(contenders, operation, round, calls)) {
        if (round >= warmUp) samples[operation.title][name].push(ns)
      }
    }
  }
  return samples
}
