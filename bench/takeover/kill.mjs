import { mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Load } from './load.mjs'
import { ServerProcess } from './processes.mjs'

/** Where the new process is killed. */
export const newSteps = ['connected', 'asked', 'received', 'prepared', 'ready', 'confirmed', 'listening', 'serving']

/** Where the old process is killed. */
export const oldSteps = [
  'given',
  'received',
  'ready',
  'confirmed',
  'relieved',
  'stopped',
  'draining',
  'drained',
  'left',
]

/** How long the load runs before and after, in milliseconds. */
const moment = 100

function freePort() {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

const started = ({ start, error }) => start !== undefined || error !== undefined

/** Waits until the survivor has seen the death, and gives whether it says so. */
async function seesDeath(side, step, old, next) {
  if (side === 'old') return (await next.find(({ predecessor }) => predecessor))?.predecessor.outcome === 'died'
  // One that has not asked yet has nothing to do with the old one.
  if (step === 'connected') return true
  return (await old.find(({ failed, resumed }) => failed || resumed)) !== undefined
}

/** Whether a process answers requests. */
async function answers(load, { pid }) {
  const before = load.answers.get(pid) ?? 0
  // On a busy machine one moment may pass without any.
  for (let waited = 0; waited < 50 && (load.answers.get(pid) ?? 0) === before; waited++) await delay(moment)
  return (load.answers.get(pid) ?? 0) > before
}

/**
 * Has a process take over from another one under load, and one of the two killed at a step.
 *
 * @param {'new' | 'old'} side which of them
 * @param {string} step where
 * @param {number} flight how many requests are in flight
 */
export async function killAt(side, step, flight) {
  const folder = mkdtempSync(join(tmpdir(), 'sockctl-takeover-'))
  const path = join(folder, 'socket')
  const port = await freePort()
  const fatal = `${side}:${step}`
  const processes = [new ServerProcess(path, port, side === 'old' ? fatal : undefined)]
  try {
    const [old] = processes
    await old.find(started)
    const load = new Load(port, flight)
    await delay(moment)
    const next = new ServerProcess(path, port, side === 'new' ? fatal : undefined)
    processes.push(next)
    await (side === 'new' ? next : old).ended
    const tells = await seesDeath(side, step, old, next)
    const serves = await answers(load, side === 'new' ? old : next)
    await load.stop()
    const { lost, answered, failures } = load
    return { side, step, tells, serves, lost, answered, failures: Object.fromEntries(failures) }
  } finally {
    await Promise.all(processes.map((one) => one.kill()))
    rmSync(folder, { recursive: true })
  }
}
