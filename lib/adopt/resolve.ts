import type { LookupAddress } from 'node:dns'
import net, { type LookupFunction } from 'node:net'
import { codedError } from '../errors.js'
import { familyOf, validateAddress } from '../ipaddress.js'

/** What to look up, and how; the names are those of `net.connect`. */
export interface NameQuery {
  readonly host: string
  readonly family: number | undefined
  readonly hints: number | undefined
  readonly lookup: LookupFunction | undefined
  readonly autoSelectFamily: boolean
  readonly localFamily: 'ipv4' | 'ipv6' | undefined
}

/** An address to connect to. */
export interface Target {
  readonly address: string
  readonly family: 'ipv4' | 'ipv6'
}

let dns: typeof import('node:dns') | undefined

async function systemLookup(): Promise<LookupFunction> {
  dns ??= (await import('node:dns')).default
  return dns.lookup as LookupFunction
}

async function lookUp({ host, family, hints, lookup, localFamily }: NameQuery): Promise<LookupAddress[]> {
  const ask = lookup ?? (await systemLookup())
  const wanted = family || (localFamily ? { ipv4: 4, ipv6: 6 }[localFamily] : 0)
  return new Promise((resolve, reject) => {
    const how = { all: true as const, family: wanted, hints: hints ?? 0 }
    ask(host, how, (error, answer, answeredFamily) => {
      if (error) reject(error)
      else if (Array.isArray(answer)) resolve(answer)
      else resolve([{ address: answer, family: answeredFamily ?? net.isIP(answer) }])
    })
  })
}

/** Takes the families in turn, starting with that of the first address, as Node does (RFC 8305 section 4). */
function interleave(targets: readonly Target[]): Target[] {
  const first = targets.filter((target) => target.family === targets[0]?.family)
  const others = targets.filter((target) => target.family !== targets[0]?.family)
  return Array.from({ length: targets.length }, (_, index) => [first[index], others[index]])
    .flat()
    .filter((target) => target !== undefined)
}

/** Checks what a lookup gave, which may be anything. */
function addressed(answer: unknown): Target {
  const address = String(answer)
  return { address, family: validateAddress(address, 'host') }
}

/** Puts the addresses to try in order: all of a name's with `autoSelectFamily`, else its first. */
function choose(answers: readonly Pick<LookupAddress, 'address'>[], query: NameQuery): Target[] {
  const { host, autoSelectFamily, localFamily } = query
  if (answers.length === 0) throw codedError('ENOTFOUND', `getaddrinfo ENOTFOUND ${host}`)
  const all = answers.map((answer) => addressed(answer?.address))
  const targets = all.filter(({ family }) => localFamily === undefined || family === localFamily)
  if (targets.length === 0) {
    const message = `Invalid address family: ${host} has no ${localFamily} address, as the local address asks for`
    throw codedError('ERR_INVALID_ADDRESS_FAMILY', message)
  }
  return autoSelectFamily && targets.length > 1 ? interleave(targets) : targets.slice(0, 1)
}

/** The address to try where the host is one, so that there is nothing to wait for; undefined for a name. */
export function givenTargets(query: NameQuery): Target[] | undefined {
  const { host, localFamily } = query
  const family = familyOf(host)
  if (family && (localFamily === undefined || localFamily === family)) return [{ address: host, family }]
  return net.isIP(host) ? choose([{ address: host }], query) : undefined
}

/**
 * Looks a name up.
 *
 * @throws (rejects) the error of the lookup; `ERR_INVALID_IP_ADDRESS` for an answer that is none
 */
export async function resolveTargets(query: NameQuery): Promise<Target[]> {
  return choose(await lookUp(query), query)
}
