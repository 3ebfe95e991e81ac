// Uses every export of the addon and of the package over and over, rightly and wrongly, in workers too. It shows a leak
// only where something watches: LeakSanitizer for memory (npm run test:leaks), and its own count for descriptors.
import assert from 'node:assert'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import * as diag from '../../dist/diag.js'
import * as handover from '../../dist/handover.js'
import * as sockctl from '../../dist/index.js'
import { native } from '../../dist/native.js'
import * as rsh from '../../dist/rsh.js'
import { nativeUses, useNative } from './leaks/native.mjs'
import { covered, elsewhere, usePackage, uses } from './leaks/package.mjs'

const rounds = 200
// Of TCP over IPv4, by Linux's numbers.
const kind = [2, 1, 0]

function assertComplete() {
  const functions = Object.entries({ ...sockctl, ...diag, ...handover, ...rsh }).filter(
    ([, value]) => typeof value === 'function',
  )
  const names = functions.map(([name]) => name)
  assert.deepStrictEqual(Object.keys(nativeUses).sort(), Object.keys(native).sort())
  assert.deepStrictEqual([...Object.keys(uses), ...elsewhere, ...covered].sort(), names.sort())
}

/** Runs a worker that leaves descriptors open: to its end, or only to the middle of its work. */
async function useWorker(terminates) {
  const worker = new Worker(new URL(import.meta.url))
  const exited = once(worker, 'exit')
  await once(worker, 'message')
  if (terminates) await worker.terminate()
  await exited
}

async function inWorker() {
  for (let owned = 0; owned < 10; owned++) native.socket(...kind)
  parentPort.postMessage('busy')
  useNative()
  for (let round = 0; round < 5; round++) await usePackage()
}

async function main() {
  assertComplete()
  for (let round = 0; round < rounds; round++) useNative()
  for (let round = 0; round < rounds / 10; round++) await usePackage()
  const before = readdirSync('/proc/self/fd').length
  for (let round = 0; round < rounds; round++) useNative()
  for (let round = 0; round < rounds / 10; round++) await usePackage()
  for (let round = 0; round < 10; round++) await useWorker(round % 2 === 0)
  await new Promise((resolve) => setImmediate(resolve))
  assert.strictEqual(readdirSync('/proc/self/fd').length, before, 'descriptors leaked')
  console.log(
    `${Object.keys(nativeUses).length} native and ${Object.keys(uses).length} public functions: no descriptor leaked`,
  )
}

await (isMainThread ? main() : inWorker())
