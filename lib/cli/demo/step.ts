import type { SystemError } from '../../errors.js'
import { setOption } from '../../options/index.js'
import { BareSocket } from '../../sockets/index.js'

/** One thing that was done, and what was seen of it. */
export interface Step {
  /** What was done. */
  readonly did: string
  /** What was seen, and by whom. */
  readonly saw: string
  /** Whether that is what had to be seen. Undefined where the step could not be taken. */
  readonly holds?: boolean
  /** Why the step could not be taken, and how to make it possible. */
  readonly missing?: string
  /** The figures behind the sentences. */
  readonly data?: Readonly<Record<string, unknown>>
}

/** A part of the demonstration. */
export interface Section {
  readonly name: string
  readonly title: string
  readonly steps: readonly Step[]
}

function randomByte(): number {
  return 1 + Math.floor(Math.random() * 254)
}

/** A loopback address of this run's own, so that nobody else's connections use the ports that are looked at. */
export const host = `127.${randomByte()}.${randomByte()}.${randomByte()}`

/** The outcome of a bind that is undone at once: 'ok', or the name of the error. */
export function tryBind(port: number, reuseAddress = false): string {
  const socket = new BareSocket('ipv4')
  try {
    if (reuseAddress) setOption(socket, 'SO_REUSEADDR', true)
    socket.bind({ address: host, port })
    return 'ok'
  } catch (error) {
    return (error as SystemError).code
  } finally {
    socket.close()
  }
}

/** How to be allowed to bind a port below 1024. */
export const howToBindReserved = [
  'run as root',
  'or give the node binary the capability: setcap cap_net_bind_service=+ep "$(command -v node)"',
  'or, for all users of the host: sysctl net.ipv4.ip_unprivileged_port_start=512',
  `or try it in a namespace of your own: unshare -Urn sh -c 'ip link set lo up; node ${process.argv[1]} demo'`,
].join('\n')

/** What is wrong where root is not all that it seems. */
export const rootInside = 'this root cannot become another user: run as root outside of the user namespace'
