import { resolveTargets } from '../adopt/resolve.js'
import { invalidArgValue } from '../errors.js'
import { familyOf, formatIPv6, parseIPv6, validateAddress } from '../ipaddress.js'
import type { RshRequest } from './request.js'
import type { Target } from './source.js'

/** A host of a list, and the port that its text names. */
export interface HostPort {
  readonly host: string
  readonly port: number | undefined
}

const withPort = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/
const highestPort = 65535

/**
 * Reads a host as lists have it: a name or address, with `:port` behind it if need be; an IPv6 address with a port is in
 * brackets.
 *
 * @throws `ERR_INVALID_ARG_VALUE`
 */
export function parseHost(text: string): HostPort {
  if (familyOf(text)) return { host: text, port: undefined }
  const [, bracketed, named, digits] = withPort.exec(text) ?? []
  const host = bracketed ?? named
  const port = digits === undefined ? undefined : Number(digits)
  const isWrong = host === undefined || (bracketed !== undefined && familyOf(bracketed) !== 'ipv6')
  if (isWrong || port === 0 || (port ?? 0) > highestPort) {
    throw invalidArgValue('host', text, 'must be a name or an address, with a port or without')
  }
  return { host, port }
}

const mappedPrefix = '0,0,0,0,0,0,0,0,0,0,255,255'

/** An address with its family, in the one form in which addresses can be compared. */
function targetOf(text: string, port: number, localAddress: string | undefined): Target {
  const family = validateAddress(text, 'host')
  if (family === 'ipv4') return { family, address: text, port, localAddress }
  const [address = '', zone] = text.split('%')
  const bytes = parseIPv6(address)
  // An IPv4 address in the form of an IPv6 one counts as what it is.
  if (zone === undefined && bytes.subarray(0, 12).join() === mappedPrefix) {
    return { family: 'ipv4', address: bytes.subarray(12).join('.'), port, localAddress }
  }
  const plain = formatIPv6(bytes)
  return { family, address: zone === undefined ? plain : `${plain}%${zone}`, port, localAddress }
}

/** The address of a host that is one, so that there is nothing to look up. */
export function givenTarget({ host, port }: HostPort, request: RshRequest): Target | undefined {
  return familyOf(host) ? targetOf(host, port ?? request.port, request.localAddress) : undefined
}

/**
 * Looks up the addresses of a host.
 *
 * @throws (rejects) the error of the lookup
 */
export async function lookUpTargets({ host, port }: HostPort, request: RshRequest): Promise<Target[]> {
  const { family, lookup, localAddress } = request
  const localFamily = localAddress === undefined ? undefined : validateAddress(localAddress, 'options.localAddress')
  const query = { host, family, hints: undefined, lookup, autoSelectFamily: true, localFamily }
  const found = await resolveTargets(query)
  return found.map(({ address }) => targetOf(address, port ?? request.port, localAddress))
}
