import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/**
 * @typedef {import('./operations.mjs').Operation} Operation
 * @typedef {object} Contender
 * @property {(operation: Operation, calls: number) => Promise<{ ns: number, value: number }>} measure nanoseconds a
 * call, and what a get got
 * @property {() => void} close
 */

/**
 * A contender that runs in this process. Each brings loops of its own, so that each call site sees one function only.
 *
 * @param {{ set(operation: Operation, calls: number): void, get(operation: Operation, calls: number): number }} loops
 * @returns {Contender}
 */
export function inProcess(loops) {
  return {
    async measure(operation, calls) {
      const start = process.hrtime.bigint()
      const value = loops[operation.direction](operation, calls)
      const ns = Number(process.hrtime.bigint() - start) / calls
      return { ns, value: value ?? operation.int }
    },
    close() {},
  }
}

/**
 * A contender that runs in a process of its own and answers one line for each of ours.
 *
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<Contender>}
 */
export async function inChild(command, ...args) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(child, 'spawn')
  // A child that has ended is told by the answer that it does not give.
  child.stdin.on('error', () => {})
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async measure({ direction, level, number, int }, calls) {
      child.stdin.write(`${direction} ${level} ${number} ${int} ${calls}\n`)
      const answer = await answers.next()
      if (answer.done) throw new Error(`${command} ended`)
      const [ns, value] = answer.value.split(' ').map(Number)
      return { ns, value }
    },
    close: () => child.stdin.end(),
  }
}
