import net from 'node:net'
import { errnoOf, systemError } from '../errors.js'
import { zoneIndex } from '../ipaddress.js'
import { getOption, setOption } from '../options/index.js'
import type { BareSocket } from '../sockets/index.js'

const linkLocal = /^fe[89ab][0-9a-f]:/i

/**
 * An address with its zone by name, in a form that Node takes. It takes no zone with an underscore, and looks such an
 * address up as if it were a name. So the socket is tied to the interface, as connect(2) does with a zone.
 *
 * @throws EINVAL of `connect` where the socket is tied to another interface; EPERM of `setsockopt` before Linux 5.7
 */
export function addressForNode(socket: BareSocket, address: string, port: number): string {
  const [plain = '', zone] = address.split('%')
  if (zone === undefined || net.isIP(address)) return address
  if (linkLocal.test(plain)) tie(socket, zone, { address, port })
  return plain
}

function tie(socket: BareSocket, zone: string, where: { address: string; port: number }): void {
  const [index, tied] = [zoneIndex(zone, where.address), getOption(socket, 'SO_BINDTOIFINDEX')]
  if (tied === index) return
  if (tied !== 0) throw systemError(errnoOf('EINVAL'), 'connect', where)
  setOption(socket, 'SO_BINDTOIFINDEX', index)
}
