/** The questions, each with how many turns in a row one round gives: those that are over at once are asked more often. */
const turns = { dump: 1, listener: 50, owner: 5 }

async function askOften(contender, question, port, count) {
  const times = []
  let found
  for (let turn = 0; turn < count; turn++) {
    const answer = await contender.ask(question, port)
    times.push(answer.ms)
    found = answer.found
  }
  return { ms: Math.min(...times), found }
}

/** Everybody in turn, the first one last in the next round. */
function orderOf(contenders, round) {
  const start = round % contenders.length
  return [...contenders.slice(start), ...contenders.slice(0, start)]
}

/**
 * Runs all rounds, after one that does not count, and sees to it that everybody found the same.
 *
 * @returns {Promise<Record<string, Record<string, number[]>>>} milliseconds by question, contender and round
 */
export async function runRounds(contenders, { rounds, port }) {
  const samples = Object.fromEntries(Object.keys(turns).map((question) => [question, {}]))
  for (let round = -1; round < rounds; round++) {
    for (const [question, count] of Object.entries(turns)) {
      const found = new Map()
      for (const contender of orderOf(contenders, round + 1).filter(({ answers }) => answers.includes(question))) {
        const answer = await askOften(contender, question, port, count)
        found.set(contender.name, answer.found)
        samples[question][contender.name] ??= []
        if (round >= 0) samples[question][contender.name].push(answer.ms)
      }
      if (new Set(found.values()).size !== 1) throw new Error(`${question}: ${JSON.stringify([...found])}`)
    }
  }
  return samples
}
