import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { expandRange, splitList } from './ranges.js'

/** What stands for the list on standard input. */
const standardInput = '-'

/** Whether a list takes hosts from standard input. */
export function readsInput(lists: readonly string[]): boolean {
  return lists.flatMap(splitList).includes(standardInput)
}

/** The lists of a text: one a line, with comments after `#`. */
function linesOf(content: string): string[] {
  return content.split('\n').map((line) => line.replace(/#.*/, '').trim())
}

async function hostsOf(part: string): Promise<string[]> {
  if (part !== standardInput && !part.startsWith('^')) return expandRange(part)
  const content = part === standardInput ? await text(process.stdin) : await readFile(part.slice(1), 'utf8')
  return linesOf(content).flatMap(splitList).flatMap(expandRange)
}

async function allOf(lists: readonly string[]): Promise<Set<string>> {
  const hosts = new Set<string>()
  for (const part of lists.flatMap(splitList)) for (const host of await hostsOf(part)) hosts.add(host)
  return hosts
}

/**
 * The hosts of some lists less those of others, each once, in the order in which they are named. A part of a list is a
 * range, `^file`, or `-` for standard input.
 */
export async function hostsFrom(wanted: readonly string[], unwanted: readonly string[]): Promise<Set<string>> {
  const hosts = await allOf(wanted)
  for (const host of await allOf(unwanted)) hosts.delete(host)
  return hosts
}
