/** The value at a fraction of the sorted values, between two of them where it falls between. */
function quantile(sorted, fraction) {
  const position = (sorted.length - 1) * fraction
  const low = Math.floor(position)
  const high = Math.ceil(position)
  return sorted[low] + (sorted[high] - sorted[low]) * (position - low)
}

/**
 * The median and the quartiles around it.
 *
 * @param {number[]} values
 */
export function spread(values) {
  const sorted = values.toSorted((one, other) => one - other)
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) }
}

/**
 * The spread of the ratio of two contenders, round by round: a slow moment of the machine hits both.
 *
 * @param {number[]} ours
 * @param {number[]} theirs
 */
export function ratio(ours, theirs) {
  return spread(ours.map((value, round) => value / theirs[round]))
}

/**
 * The median of the ratios, and the interval that holds the true one in 95 of 100 cases: two of the sorted ratios, by
 * the binomial distribution of how many of them lie below the median.
 *
 * @param {number[]} ours
 * @param {number[]} theirs
 */
export function median95(ours, theirs) {
  const sorted = ours.map((value, round) => value / theirs[round]).toSorted((one, other) => one - other)
  const reach = (1.96 * Math.sqrt(sorted.length)) / 2
  const low = Math.max(0, Math.floor(sorted.length / 2 - reach) - 1)
  return { median: quantile(sorted, 0.5), low: sorted[low], high: sorted[sorted.length - 1 - low] }
}

/** A ratio as text. */
export function formatRatio({ median, low, high }) {
  return `${median.toFixed(2)} (IQR ${low.toFixed(2)}–${high.toFixed(2)})`
}
