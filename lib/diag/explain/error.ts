import { types } from 'node:util'
import { familyOf } from '../../ipaddress.js'
import { isLinkLocal } from '../hosts.js'
import type { Attempt } from './query.js'

/** What an error tells of what was attempted. */
type Told = Partial<Attempt> & Pick<Attempt, 'call' | 'protocol' | 'code'>

/** The properties that errors of Node and of sockctl have. */
interface ToldError extends Error {
  readonly code?: unknown
  readonly syscall?: unknown
  readonly address?: unknown
  readonly port?: unknown
  readonly path?: unknown
  readonly errors?: unknown
  readonly tried?: unknown
  readonly low?: unknown
  readonly high?: unknown
}

const codes: ReadonlySet<unknown> = new Set(['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES', 'ERR_SOCKCTL_NO_RESERVED_PORT'])

/** The local address and port, which Node writes into the message of a failed connect and nowhere else. */
const local = / - Local \((.+):(\d+)\)$/

function ofConnect(code: string, { message, address, port }: ToldError): Told {
  const [, localAddress, localPort] = local.exec(message) ?? []
  const own = localAddress === undefined ? {} : { address: localAddress, port: Number(localPort) }
  const reuse = { reuseAddress: 'unknown', reusePort: 'unknown', ipv6Only: false } as const
  const peer = { remoteAddress: String(address), remotePort: Number(port) }
  return { call: 'connect', protocol: 'tcp', code, ...peer, ...own, ...reuse }
}

/**
 * What a failed bind or listen tells: the protocol only with `listen`, which Node says of every failed bind of a server.
 * Node sets SO_REUSEADDR on each of those. IPV6_V6ONLY is taken to be off, as it is by default: had it been on, the IPv4
 * socket that is found would not have been in the way.
 */
function ofBind(code: string, { syscall, address, port }: ToldError): Told[] {
  const isServer = syscall === 'listen'
  const told = {
    call: 'bind',
    code,
    port: typeof port === 'number' && port > 0 ? port : 0,
    address: typeof address === 'string' ? address : undefined,
    reuseAddress: isServer ? true : 'unknown',
    reusePort: 'unknown',
    ipv6Only: false,
  } as const
  return isServer
    ? [{ ...told, protocol: 'tcp' }]
    : [
        { ...told, protocol: 'tcp' },
        { ...told, protocol: 'udp' },
      ]
}

function isPath(address: unknown): address is string {
  return typeof address === 'string' && address !== '' && familyOf(address) === undefined
}

/** Whether it says that an address of the link came without its interface, of which the code alone says nothing. */
function lacksZone({ code, address }: ToldError): boolean {
  return code === 'EINVAL' && typeof address === 'string' && isLinkLocal(address) && !address.includes('%')
}

/** What is told of a walk over reserved ports, which may have been for either protocol. */
function ofWalk(code: string, { tried, low, high, address }: ToldError): Told[] {
  const walk = { low: Number(low), high: Number(high), count: Number(tried) }
  return ofBind(code, { name: '', message: '', address }).map((told) => ({ ...told, tried: walk }))
}

function ofOne(error: ToldError): Told[] {
  const { code, syscall, address, port } = error
  if (typeof code !== 'string' || !(codes.has(code) || lacksZone(error))) return []
  if (syscall !== 'bind' && syscall !== 'listen' && syscall !== 'connect') return []
  if (isPath(address))
    return [{ call: syscall === 'connect' ? 'connect' : 'bind', protocol: 'unix', code, path: address }]
  if (code === 'ERR_SOCKCTL_NO_RESERVED_PORT') return ofWalk(code, error)
  if (syscall !== 'connect') return address === undefined && port === undefined ? [] : ofBind(code, error)
  return familyOf(String(address)) && typeof port === 'number' ? [ofConnect(code, error)] : []
}

/** Whether it is an error, of whatever realm: those of Node are of another one than a test runner's globals. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value)
}

/** The most errors that are looked into, which may contain one another. */
const mostErrors = 256

/** What an error, the parts of an AggregateError, or what caused it tell of what was attempted. */
export function attemptsOfError(error: Error, seen = new Set<Error>()): Told[] {
  if (seen.has(error) || seen.size === mostErrors) return []
  seen.add(error)
  const told = ofOne(error)
  if (told.length > 0) return told
  const { errors } = error as ToldError
  const parts = [...(Array.isArray(errors) ? errors : []), error.cause].filter(isError)
  return parts.flatMap((part) => attemptsOfError(part, seen))
}
