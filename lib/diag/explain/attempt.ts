import { invalidArgValue } from '../../errors.js'
import { canonicalAddress, familyOf, nameZone, validateAddress } from '../../ipaddress.js'
import { encodePath } from '../../sockaddr.js'
import { optional, validateBoolean, validateObject, validateOneOf, validatePort } from '../../validate.js'
import { isWildcard } from '../rules.js'
import { attemptsOfError, isError } from './error.js'
import type { AddressQuery, Attempt } from './query.js'

/** An attempt at nothing in particular. */
export const anyAttempt: Attempt = {
  call: 'bind',
  protocol: 'tcp',
  address: undefined,
  port: 0,
  path: undefined,
  remoteAddress: undefined,
  remotePort: undefined,
  reuseAddress: false,
  reusePort: false,
  ipv6Only: false,
  code: undefined,
  tried: undefined,
}

const inetKeys = ['protocol', 'address', 'port', 'remoteAddress', 'remotePort', 'reuseAddress', 'reusePort', 'ipv6Only']

function checkPath(query: Record<string, unknown>): void {
  encodePath(query.path, 'what.path')
  for (const key of inetKeys) {
    if (query[key] !== undefined) throw invalidArgValue(`what.${key}`, query[key], 'does not go with a path')
  }
}

function checkRemote({ protocol, address, remoteAddress, remotePort }: Record<string, unknown>): void {
  if (remoteAddress === undefined && remotePort === undefined) return
  const family = validateAddress(remoteAddress, 'what.remoteAddress')
  validatePort(remotePort, 'what.remotePort')
  if (protocol === 'udp') throw invalidArgValue('what.protocol', protocol, 'must be tcp beside a remote address')
  if (typeof address !== 'string' || isWildcard(canonicalAddress(address)) || familyOf(address) === family) return
  throw invalidArgValue('what.remoteAddress', remoteAddress, 'must be of the family of the local address')
}

function checkQuery(query: Record<string, unknown>): void {
  for (const key of Object.keys(query)) validateOneOf(key, 'what', [...inetKeys, 'path'])
  if (query.path !== undefined) {
    checkPath(query)
    return
  }
  if (query.protocol !== undefined) validateOneOf(query.protocol, 'what.protocol', ['tcp', 'udp'])
  if (query.address !== undefined) validateAddress(query.address, 'what.address')
  if (query.port !== undefined) validatePort(query.port, 'what.port')
  for (const key of ['reuseAddress', 'reusePort', 'ipv6Only']) optional(query[key], `what.${key}`, validateBoolean)
  checkRemote(query)
}

/** The properties of an object that are not undefined. */
function given<Value extends object>(value: Value): Partial<Value> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Partial<Value>
}

function attemptOfQuery(query: AddressQuery): Attempt {
  if (query.path !== undefined) return { ...anyAttempt, protocol: 'unix', path: query.path }
  const call = query.remoteAddress === undefined ? 'bind' : 'connect'
  return attemptOf({ ...(given(query) as Partial<Attempt>), call })
}

/** An address as entries have it, which it is compared with; a zone by name, unless it names no interface. */
function comparable(address: string | undefined): string | undefined {
  if (address === undefined) return undefined
  const text = canonicalAddress(address)
  try {
    return nameZone(text)
  } catch {
    // That is a cause of its own.
    return text
  }
}

function attemptOf(known: Partial<Attempt>): Attempt {
  const attempt = { ...anyAttempt, ...known }
  return { ...attempt, address: comparable(attempt.address), remoteAddress: comparable(attempt.remoteAddress) }
}

/**
 * Reads what was attempted from an error, or from an address to try.
 *
 * @throws `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, `ERR_INVALID_IP_ADDRESS` or `ERR_SOCKET_BAD_PORT`
 */
export function attemptsOf(what: unknown): Attempt[] {
  if (isError(what)) {
    const attempts = attemptsOfError(what).map(attemptOf)
    if (attempts.length > 0) return attempts
    throw invalidArgValue('what', what, 'must be an error of a bind, listen or connect that tells its address')
  }
  validateObject(what, 'what')
  checkQuery(what)
  return [attemptOfQuery(what)]
}
