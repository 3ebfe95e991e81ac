import { fileURLToPath } from 'node:url'
import { loopProgram } from '../setup.mjs'
import * as bare from './bare.mjs'
import * as koffi from './koffi.mjs'
import { inChild } from './measure.mjs'
import { operations } from './operations.mjs'
import * as sockctl from './sockctl.mjs'
import * as sockopt from './sockopt.mjs'

const python = fileURLToPath(new URL('loop.py', import.meta.url))

const contenders = [
  { name: 'C', open: () => inChild(loopProgram) },
  { name: 'Python', open: () => inChild('python3', python), optional: true },
  { name: 'bare N-API', open: bare.open },
  { name: 'koffi', open: koffi.open, optional: true },
  { name: 'sockopt', open: sockopt.open, optional: true },
  { name: 'sockctl', open: sockctl.open },
]

/** Sees to it that what is timed does what it says. The samples differ, since some contenders share a socket. */
async function verify({ name, measure }, index) {
  for (const operation of operations.filter(({ direction }) => direction === 'get')) {
    for (const int of operation.flag ? [0, 1] : [10 + index, operation.int]) {
      await measure({ ...operation, direction: 'set', int }, 1)
      const { value } = await measure(operation, 1)
      if (value !== int) throw new Error(`${name}: set ${operation.name} to ${int}, got ${value}`)
    }
  }
}

async function openOne({ name, open, optional }, index, socket) {
  try {
    const contender = { name, ...(await open(socket)) }
    await verify(contender, index)
    return contender
  } catch (error) {
    if (optional) return { name, missing: error.message.split('\n', 1)[0] }
    throw error
  }
}

/**
 * Makes everybody ready. Who cannot run on this machine has the reason as `missing`.
 *
 * @param {import('node:net').Socket} socket the connection of those in this process
 */
export async function openContenders(socket) {
  const opened = []
  for (const [index, contender] of contenders.entries()) opened.push(await openOne(contender, index, socket))
  return opened
}
