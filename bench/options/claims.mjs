import { atMost } from '../claims.mjs'
import { ratio } from '../statistics.mjs'

/** What sockctl may cost, as a multiple of what the other one costs. */
const wanted = { 'bare N-API': 1.15, koffi: 1, sockopt: 1 }

/**
 * Bytes that a call may leave behind. The noise of a million calls is below it; the least that malloc can lose is 32.
 */
const wantedGrowth = 2

function judgeOperation([title, samples]) {
  return Object.entries(wanted)
    .filter(([name]) => name in samples)
    .map(([name, most]) => atMost(`${title}: sockctl / ${name}`, ratio(samples.sockctl, samples[name]), most))
}

/** Bytes of resident memory that each call left behind. */
export function growth({ sets, gets, before, after }) {
  return (after.rss - before.rss) / (sets + gets)
}

function judgeMemory(memory) {
  const bytes = growth(memory)
  const text = `memory: ${bytes.toFixed(2)} bytes a call, wanted <= ${wantedGrowth}`
  return { title: 'memory', bytes, most: wantedGrowth, holds: bytes <= wantedGrowth, text }
}

/** Holds the results against what is claimed. */
export function judge({ samples, memory }) {
  return [...Object.entries(samples).flatMap(judgeOperation), judgeMemory(memory)]
}
