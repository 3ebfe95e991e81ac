import dgram from 'node:dgram'
import { once } from 'node:events'
import { setOption } from '../../lib/index.js'
import { loopbackIndex } from '../options/kinds.js'

/** The addresses of a family that the tests of multicast use. */
export const networks = {
  ipv4: { type: 'udp4', group: '239.83.67.3', another: '239.83.67.4', address: '127.0.0.1', stranger: '127.0.0.9' },
  ipv6: { type: 'udp6', group: 'ff11::5343', another: 'ff11::5344', address: '::1', stranger: '::2' },
} as const

/** A family of these. */
export type NetworkName = keyof typeof networks

/** A receiver, and what it gets of two groups. */
export interface Receiver {
  readonly socket: dgram.Socket
  /** Sends to both groups, then straight to the receiver, and gives the groups that came through. */
  send(): Promise<string[]>
  close(): void
}

function keepOnLoopback(sender: dgram.Socket, family: NetworkName): void {
  if (family === 'ipv4') setOption(sender, 'IP_MULTICAST_IF', '127.0.0.1')
  else setOption(sender, 'IPV6_MULTICAST_IF', loopbackIndex)
}

/** A receiver on a port of its own, and a sender whose multicasts stay on the loopback interface. */
export async function receiver(family: NetworkName): Promise<Receiver> {
  const { type, group, another, address } = networks[family]
  const [socket, sender] = [dgram.createSocket(type), dgram.createSocket(type)]
  socket.bind(0)
  sender.bind(0, address)
  await Promise.all([once(socket, 'listening'), once(sender, 'listening')])
  keepOnLoopback(sender, family)
  setOption(socket, family === 'ipv4' ? 'IP_MULTICAST_ALL' : 'IPV6_MULTICAST_ALL', false)
  const { port } = socket.address()
  const sendTo = (text: string, to: string) =>
    new Promise<void>((resolve, reject) => {
      sender.send(text, port, to, (error) => (error ? reject(error) : resolve()))
    })
  const send = async () => {
    const got: string[] = []
    const end = new Promise<void>((resolve) => {
      socket.on('message', (message) => {
        if (String(message) === 'end') resolve()
        else got.push(String(message))
      })
    })
    await sendTo('group', group)
    await sendTo('another', another)
    await sendTo('end', address)
    await end
    socket.removeAllListeners('message')
    return got
  }
  const close = () => {
    socket.close()
    sender.close()
  }
  return { socket, send, close }
}
