import { InvalidArgumentError } from 'commander'
import type { AddressQuery } from '../diag.js'
import { familyOf } from '../ipaddress.js'

function portOf(text: string): number {
  const port = Number(text)
  if (port <= 65535) return port
  throw new InvalidArgumentError('A port is at most 65535.')
}

function addressOf(text: string): string {
  if (familyOf(text.replace(/%.*$/, '')) !== undefined) return text
  throw new InvalidArgumentError(`${text} is no IP address. A name has to be looked up first: one may have several.`)
}

/** Reads `8080`, `:8080`, `*:8080`, `127.0.0.1:8080`, `[::1]:8080`, an address alone, `/path`, `./path` or `@name`. */
export function parseTarget(text: string): AddressQuery {
  if (/^\.{0,2}\//.test(text)) return { path: text }
  if (/^@./.test(text)) return { path: `\0${text.slice(1)}` }
  if (/^(\*?:)?\d+$/.test(text)) return { port: portOf(text.replace(/^\*?:/, '')) }
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text) ?? []
  const address = bracketed ?? plain
  if (address !== undefined && port !== undefined) return { address: addressOf(address), port: portOf(port) }
  if (/[.:]/.test(text)) return { address: addressOf(text.replace(/^\[(.*)\]$/, '$1')) }
  throw new InvalidArgumentError('It takes a port, an address, an address with a port, or a path.')
}
