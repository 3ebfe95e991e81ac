const servers = 6
const perNet = 250

/** The addresses of so many hosts of the rig, spread over its six servers; each server has a /16. */
export function hostsOf(count) {
  return Array.from({ length: count }, (_, index) => {
    const at = Math.floor(index / servers)
    return `10.${101 + (index % servers)}.${Math.floor(at / perNet)}.${1 + (at % perNet)}`
  })
}

/** The names of so many hosts, as a hosts file has them. */
export function namesOf(count) {
  return Array.from({ length: count }, (_, index) => `node${String(index + 1).padStart(4, '0')}`)
}

/** What real servers run: only the builtins of a shell, which say on both channels whose server it is. */
export const realCommand = 'read k < id; echo out $k; echo err $k >&2'

/** The lines that a host has to print for a command, on stdout and stderr. */
export function answersOf(kind, host, command) {
  const said = kind === 'plain' ? `${host} ${command}` : String(Number(host.split('.')[1]) - 100)
  return { stdout: `out ${said}`, stderr: `err ${said}` }
}

function timesOfLines(text) {
  const times = new Map()
  for (const line of text.split('\n')) times.set(line, (times.get(line) ?? 0) + 1)
  return times
}

/** How many hosts answered rightly on both channels, once each, by lines as pdsh writes them, with what it was given. */
export function countRight({ kind, given, command, stdout, stderr }) {
  const [out, err] = [stdout, stderr].map(timesOfLines)
  return hostsOf(given.length).filter((host, index) => {
    const answer = answersOf(kind, host, command)
    return out.get(`${given[index]}: ${answer.stdout}`) === 1 && err.get(`${given[index]}: ${answer.stderr}`) === 1
  }).length
}
