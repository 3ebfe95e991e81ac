import { formatRatio } from './statistics.mjs'

/** To the two digits that are printed: a verdict must not contradict what stands before it. */
function rounded(value) {
  return Number(value.toFixed(2))
}

/**
 * The claim that a ratio is no larger than a bound.
 *
 * @param {string} title what is divided by what
 * @param {{ median: number, low: number, high: number }} measured
 * @param {number} most
 */
export function atMost(title, measured, most) {
  const text = `${title} ${formatRatio(measured)}, wanted <= ${most}`
  return { title, ...measured, most, holds: rounded(measured.median) <= most, text }
}

/** The claim that a ratio is no smaller than a bound. */
export function atLeast(title, measured, least) {
  const text = `${title} ${formatRatio(measured)}, wanted >= ${least}`
  return { title, ...measured, least, holds: rounded(measured.median) >= least, text }
}

/** Prints the results and the claims with their verdicts, or all of it as JSON. */
export function conclude({ data, claims, print }, { json, check }) {
  if (json) console.log(JSON.stringify({ ...data, claims }, null, 2))
  else {
    print(data)
    console.log('')
    for (const { text, holds } of claims) console.log(`${text}: ${holds ? 'ok' : 'NOT MET'}`)
  }
  if (check && claims.some(({ holds }) => !holds)) process.exitCode = 1
}
