const sum = (numbers) => numbers.reduce((total, number) => total + number, 0)

/** How many requests came to nothing. */
export function lostIn({ lost }) {
  return sum(Object.values(lost))
}

const columns = [
  ['mode', 10, ({ mode }) => mode],
  ['user', 10, ({ user }) => user],
  ['requests', 10, ({ requests }) => requests],
  ['lost', 8, lostIn],
  ['reset', 8, ({ lost }) => lost.reset],
  ['refused', 9, ({ lost }) => lost.refused],
  ['other', 8, ({ lost }) => lost.short + lost.other],
  ['p99.9 ms', 10, ({ p999 }) => p999.toFixed(1)],
  ['worst ms', 10, ({ worst }) => worst.toFixed(1)],
]

function line(cells) {
  return cells.map((text, index) => String(text)[index < 2 ? 'padEnd' : 'padStart'](columns[index][1])).join('')
}

function describe({ mode, user, reports }) {
  if (reports.length === 0) return undefined
  const count = (key) => {
    const values = reports.map((report) => String(report[key]))
    return [...new Set(values)].map((value) => `${value} ${values.filter((one) => one === value).length}`).join(', ')
  }
  const times = reports.map(({ durationMs }) => durationMs).sort((one, other) => one - other)
  const accepted = sum(reports.map((report) => report.accepted))
  return (
    `${mode}, ${user}: guarantee ${count('guarantee')}; steering undone ${count('undone')}; ${accepted} accepted meanwhile; ` +
    `took ${times[times.length >> 1].toFixed(1)} ms, at most ${times.at(-1).toFixed(1)} ms`
  )
}

/** Prints what was asked for and what was lost. */
export function printRestarts({ node, restarts, flight, requests, results }) {
  console.log(
    `Node ${node}, ${restarts} restarts each, ${flight} connections in flight, ${requests} requests on each.\n`,
  )
  console.log(line(columns.map(([title]) => title)))
  for (const result of results) console.log(line(columns.map(([, , cell]) => cell(result))))
  console.log('')
  for (const text of results.map(describe).filter(Boolean)) console.log(text)
}

/** What each mode may lose. */
const wanted = {
  control: { text: 'wanted 0', holds: (lost) => lost === 0 },
  plain: { text: 'wanted some', holds: (lost) => lost > 0 },
}
const nothing = wanted.control

/** How much longer the worst request may take than without restarts, in milliseconds: a takeover makes nobody wait. */
const mostWait = 100

function judgeLoss({ mode, user, ...result }) {
  const lost = lostIn(result)
  const { text, holds } = wanted[mode] ?? nothing
  const title = `${mode}, ${user}`
  return { title, lost, holds: holds(lost), text: `${title}: lost ${lost}, ${text}` }
}

/** Holds the worst of each takeover against that of the run without restarts of the same user, where there is one. */
function judgeWorst(results) {
  return results
    .filter(({ mode }) => mode === 'takeover')
    .flatMap(({ mode, user, worst }) => {
      const control = results.find((one) => one.mode === 'control' && one.user === user)
      if (!control) return []
      const most = control.worst + mostWait
      const text = `${mode}, ${user}: worst ${worst.toFixed(1)} ms, wanted <= ${most.toFixed(1)} ms`
      return [{ title: `${mode}, ${user}: worst`, worst, most, holds: worst <= most, text }]
    })
}

/** Holds the losses against what is claimed, and the worst of a takeover against that of the control. */
export function judgeRestarts({ results }) {
  return [...results.map(judgeLoss), ...judgeWorst(results)]
}
