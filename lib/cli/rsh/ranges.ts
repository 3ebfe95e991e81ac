import { InvalidArgumentError } from 'commander'

/** More hosts than this are taken for a slip of the finger. */
const mostHosts = 1_000_000

function wrong(text: string, why: string): InvalidArgumentError {
  return new InvalidArgumentError(`${JSON.stringify(text)} ${why}.`)
}

/** The parts of a list, at the commas that no bracket holds. */
export function splitList(list: string): string[] {
  const parts = list.match(/(?:\[[^[\]]*\]|[^,])+/g) ?? []
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

/** `5`, or `08-12`: numbers as wide as the first of them, filled with zeros. */
function numbersOf(range: string, whole: string): string[] {
  const [, low, high = low] = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(range.trim()) ?? []
  if (low === undefined || high === undefined) throw wrong(whole, 'has a bracket without numbers, as in [1-3,5,08-12]')
  const count = Number(high) - Number(low) + 1
  if (count < 1) throw wrong(whole, `has a range that runs backwards: ${range}`)
  if (count > mostHosts) throw wrong(whole, `is more than ${mostHosts} hosts`)
  return Array.from({ length: count }, (_, index) => String(Number(low) + index).padStart(low.length, '0'))
}

function requireName(host: string, whole: string): void {
  if (host.startsWith('-')) throw wrong(whole, 'begins with a hyphen: hosts to leave out go to --exclude')
  if (/[[\]]/.test(host)) throw wrong(whole, 'has a bracket without its other half')
  if (!/^[\p{L}\p{N}_.:%-]+$/u.test(host)) throw wrong(whole, 'is no name or address of a host')
}

/**
 * The hosts of a range as pdsh writes them: `n[1-3,5,08-12]-ib`, with any number of brackets, or a plain name.
 *
 * @returns in the order of the numbers, the last bracket being the fastest
 */
export function expandRange(range: string): string[] {
  let hosts = ['']
  for (const part of range.match(/\[[^[\]]*\]|[^[\]]+|[[\]]/g) ?? []) {
    const inner = /^\[(.*)\]$/.exec(part)?.[1]
    const endings = inner === undefined ? [part] : inner.split(',').flatMap((numbers) => numbersOf(numbers, range))
    if (hosts.length * endings.length > mostHosts) throw wrong(range, `is more than ${mostHosts} hosts`)
    hosts = hosts.flatMap((host) => endings.map((ending) => host + ending))
  }
  for (const host of hosts.slice(0, 1)) requireName(host, range)
  return hosts
}

/** A name taken apart at the number that is counted: the last of its first label, or of an address. */
interface Numbered {
  readonly head: string
  readonly digits: string
  readonly tail: string
}

function takeApart(host: string): Numbered | undefined {
  const labelEnd = /^[\d.]+$|:/.test(host) ? host.length : host.search(/\.|$/)
  const [, head, digits, rest] = /^(.*?)(\d{1,15})(\D*)$/.exec(host.slice(0, labelEnd)) ?? []
  if (head === undefined || digits === undefined || rest === undefined) return undefined
  return { head, digits, tail: rest + host.slice(labelEnd) }
}

/** The ranges of sorted numbers, each of which {@link numbersOf} gives back. */
function rangesOf(sorted: readonly string[]): string[] {
  const ranges: { low: string; high: string }[] = []
  for (const digits of sorted) {
    const last = ranges.at(-1)
    const next = last && String(Number(last.high) + 1).padStart(last.low.length, '0')
    if (last && digits === next) last.high = digits
    else ranges.push({ low: digits, high: digits })
  }
  return ranges.map(({ low, high }) => (low === high ? low : `${low}-${high}`))
}

/** Folds hosts into ranges that {@link expandRange} takes: `db,node[01-03,07]`, each set once, where it came first. */
export function foldHosts(hosts: Iterable<string>): string {
  const groups = new Map<string, { head: string; tail: string; numbers: Set<string> }>()
  for (const host of hosts) {
    const { head, digits, tail } = takeApart(host) ?? { head: host, digits: '', tail: '' }
    const key = JSON.stringify([head, digits === '', tail])
    const group = groups.get(key) ?? { head, tail, numbers: new Set() }
    groups.set(key, group)
    group.numbers.add(digits)
  }
  const folded = [...groups.values()].map(({ head, tail, numbers }) => {
    const sorted = [...numbers].sort((one, other) => Number(one) - Number(other) || one.length - other.length)
    const text = sorted.length === 1 ? sorted[0] : `[${rangesOf(sorted).join(',')}]`
    return `${head}${text}${tail}`
  })
  return folded.join(',')
}
