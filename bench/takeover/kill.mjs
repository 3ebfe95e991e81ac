import { mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Load } from './load.mjs'
import { ServerProcess } from './processes.mjs'

/** Where the new process is killed. */
export const newSteps = ['connected', 'received', 'prepared', 'ready', 'confirmed', 'listening', 'serving']

/** Where the old process is killed. */
export const oldSteps = ['given', 'received', 'ready', 'confirmed', 'relieved', 'stopped', 'draining', 'drained', 'left']

function freePort() {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

const started = (what) => what.start !== undefined || what.error !== undefined

/**
 * Has a process take over from another one under load, and one of the two killed at a step.
 *
 * @param {'new' | 'old'} side which of them
 * @param {string} step where
 * @param {number} inFlight how many requests are in flight
 */
export async function killAt(side, step, inFlight = 32) {
  const folder = mkdtempSync(join(tmpdir(), 'sockctl-takeover-'))
  const path = join(folder, 'socket')
  const port = await freePort()
  const fatal = `${side}:${step}`
  const old = new ServerProcess(path, port, side === 'old' ? fatal : undefined)
  const others = []
  try {
    await old.find(started)
    const load = new Load(port, inFlight)
    await delay(100)
    const next = new ServerProcess(path, port, side === 'new' ? fatal : undefined)
    others.push(next)
    await (side === 'new' ? next.ended : Promise.all([old.ended, next.find(started)]))
    if (side === 'new' && step === 'serving') await old.find((what) => what.resumed)
    await delay(100)
    const heir = side === 'new' ? old : next
    const before = load.answers.get(heir.pid) ?? 0
    await delay(50)
    const serves = (load.answers.get(heir.pid) ?? 0) > before
    await load.stop()
    return { side, step, serves, lost: load.lost, failures: Object.fromEntries(load.failures), answered: load.answered, told: heir.told }
  } finally {
    await Promise.all([old, ...others].map((one) => one.kill()))
    rmSync(folder, { recursive: true })
  }
}
