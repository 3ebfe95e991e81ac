import { readdirSync, rmSync } from 'node:fs'
import net from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useFolder } from './folder.js'
import { Racers, type Way } from './racers.js'
import { leaveStale } from './stale.js'

const rounds = 50
const racers = 8
let all: Racers
let folder: string
let path: string

beforeAll(async () => {
  all = new Racers(racers)
  await all.ready()
})

afterAll(() => all.end())

useFolder((made, socket) => {
  folder = made
  path = socket
})

/** Has all race for the path once, and gives the indexes of those that listen, and of the one that answers. */
async function raceOnce(
  wayOf: (index: number) => Way,
): Promise<{ winners: number[]; answers: number; files: string[] }> {
  const outcomes = await all.race(path, wayOf)
  const winners = outcomes.flatMap((outcome, index) => (outcome === 'won' ? [index] : []))
  for (const outcome of outcomes) expect(['won', 'EADDRINUSE', 'ENOENT']).toContain(outcome)
  const answers = Number(await text(net.connect(path)))
  const files = readdirSync(folder)
  await all.close()
  rmSync(path, { force: true })
  return { winners, answers, files }
}

describe(`${racers} processes that listen at one path at once, ${rounds} times`, () => {
  test.each<[what: string, isStale: boolean, wayOf: (index: number) => Way]>([
    ["over a stale socket, with staleSocket: 'remove'", true, () => 'remove'],
    ['over a stale socket, half of them without', true, (index) => (index % 2 ? 'remove' : 'refuse')],
    ["where nothing is, with staleSocket: 'remove'", false, () => 'remove'],
    ['where nothing is, half of them without', false, (index) => (index % 2 ? 'remove' : 'refuse')],
  ])('%s: one wins, and keeps the path', async (_, isStale, wayOf) => {
    for (let round = 0; round < rounds; round++) {
      if (isStale) leaveStale(path)
      const { winners, answers, files } = await raceOnce(wayOf)
      expect(winners).toEqual([answers])
      expect(files).toEqual(['socket'])
    }
  })

  test('as many programs do it for themselves: more than one wins', async () => {
    let robbed = 0
    for (let round = 0; round < rounds && robbed === 0; round++) {
      leaveStale(path)
      const { winners } = await raceOnce(() => 'unlink when refused')
      if (winners.length > 1) robbed++
    }
    expect(robbed).toBe(1)
  })
})
