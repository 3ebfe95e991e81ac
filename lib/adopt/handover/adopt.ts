import type dgram from 'node:dgram'
import { existsSync } from 'node:fs'
import type net from 'node:net'
import { invalidArgType, invalidArgValue, systemError } from '../../errors.js'
import { adoptListener } from '../../handle/adopt.js'
import { adoptDatagram, datagramSettings } from '../../handle/datagram.js'
import { native } from '../../native.js'
import { applyChanges } from '../../options/change.js'
import type { Family, SocketType } from '../../platform.js'
import { BareSocket } from '../../sockets/index.js'
import { validateString } from '../../validate.js'
import { untilListening } from '../listening.js'
import { tendPath } from '../path.js'
import type { Preparation } from '../prepare.js'
import { activatedSocket } from './activated.js'
import { ReceivedSocket } from './received.js'

/** What names a socket that is there already. */
interface Ready {
  readonly socket?: ReceivedSocket | undefined
  readonly activated?: string | undefined
}

/** What can only be said of a socket that is yet to be made. */
const forNew = [
  ...['port', 'host', 'address', 'path', 'protocol', 'staleSocket', 'readableAll', 'writableAll'],
  ...['ipv6Only', 'reusePort', 'reuseAddress', 'control'],
]

/** Whether a socket is asked for that is there already. */
export function isReady({ socket, activated }: Ready): boolean {
  return socket !== undefined || activated !== undefined
}

/** Checks the options of a call that may ask for a socket that is there already. */
export function checkReady(options: Record<string, unknown>): void {
  const { socket, activated } = options
  if (socket !== undefined && !(socket instanceof ReceivedSocket)) {
    throw invalidArgType('options.socket', 'an instance of ReceivedSocket', socket)
  }
  if (activated !== undefined) validateString(activated, 'options.activated')
  if (socket === undefined && activated === undefined) return
  const name = socket === undefined ? 'activated' : 'socket'
  const odd = [...forNew, ...(name === 'socket' ? ['activated'] : [])].find((one) => options[one] !== undefined)
  if (odd) throw invalidArgValue(`options.${odd}`, options[odd], `does not go with options.${name}`)
}

/**
 * The socket that is asked for.
 *
 * @param family the only one that will do
 */
export function readySocket({ socket, activated }: Ready, type: SocketType, family?: Family): ReceivedSocket {
  const found = socket ?? activatedSocket(String(activated), type, family)
  if (found.type === type) return found
  throw invalidArgValue('options.socket', found, `must be a ${type} socket`)
}

/**
 * Gives a socket to a server, before it returns; the server says 'listening' before anything is accepted.
 *
 * @param stop ends the wait
 * @returns what waits for 'listening'
 */
export function listenOn(
  server: net.Server,
  socket: ReceivedSocket,
  { backlog, preparation }: { backlog: number; preparation: Preparation },
  stop: AbortSignal | undefined,
): Promise<void> {
  const { path } = socket.address()
  applyChanges(socket.fd, preparation.changes)
  const onClose = path !== undefined && existsSync(path) ? tendPath(server, path, {}) : () => {}
  adoptListener(server, socket, backlog, path === undefined ? undefined : { path, onClose })
  return untilListening(server, stop)
}

/**
 * Gives a bound socket to a datagram socket, which reads from it before this returns.
 *
 * Node turns SO_REUSEADDR on when it adopts a descriptor. So it adopts one of a new socket, and the bound one takes its
 * place then.
 */
export function receiveOn(socket: dgram.Socket, ready: ReceivedSocket, { changes }: Preparation): void {
  const family = datagramSettings(socket).type === 'udp4' ? 'ipv4' : 'ipv6'
  if (ready.family !== family) throw invalidArgValue('options.socket', ready, `must be an ${family} socket`)
  applyChanges(ready.fd, changes)
  const place = new BareSocket(family, 'datagram')
  try {
    adoptDatagram(socket, place, () => {
      const errno = native.replace(place.fd, ready.fd)
      if (errno < 0) throw systemError(errno, 'dup3')
    })
  } finally {
    place.close()
  }
  ready.close()
}
