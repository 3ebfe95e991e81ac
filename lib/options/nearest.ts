/** The number of single-character edits between two texts (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const change = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}

/** The candidate that is most like a text, unless none is much like it. */
export function nearest(text: string, candidates: Iterable<string>): string | undefined {
  const wanted = text.toUpperCase().slice(0, 64)
  let best: string | undefined
  let least = Math.floor(wanted.length / 2) + 1
  for (const candidate of candidates) {
    const edits = distance(wanted, candidate)
    if (edits < least) [best, least] = [candidate, edits]
  }
  return best
}
