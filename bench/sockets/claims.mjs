import { atMost } from '../claims.mjs'
import { ratio } from '../statistics.mjs'

/** What sockctl may take, as a multiple of what the other takes. */
const claims = [
  { question: 'dump', ours: 'sockctl', against: 'C', most: 1.6 },
  { question: 'dump', ours: 'sockctl, first call', against: 'C', most: 2.3 },
  { question: 'dump', ours: 'sockctl', against: 'ss', most: 1 },
  { question: 'dump', ours: 'sockctl, first call', against: 'ss', most: 1 },
  { question: 'listener', ours: 'sockctl', against: 'C', most: 1.5 },
  { question: 'owner', ours: 'sockctl', against: 'C', most: 2 },
  { question: 'owner', ours: 'sockctl', against: 'ss', most: 0.25 },
  { question: 'owner', ours: 'sockctl', against: 'find-process', most: 0.1 },
]

/** Holds the results against what is claimed. */
export function judge(samples) {
  return claims
    .filter(({ question, against }) => against in samples[question])
    .map(({ question, ours, against, most }) => {
      const measured = ratio(samples[question][ours], samples[question][against])
      return atMost(`${question}: ${ours} / ${against}`, measured, most)
    })
}
