import { execFileSync } from 'node:child_process'
import dgram from 'node:dgram'
import { once } from 'node:events'
import { setOption } from '../../lib/index.js'
import { native } from '../../lib/native.js'

/** What the tests of multicast use of a family. Linux has no IPv6 multicast over the loopback interface. */
export const networks = {
  ipv4: {
    type: 'udp4',
    via: 'lo',
    group: '239.83.67.3',
    another: '239.83.67.4',
    address: '127.0.0.1',
    stranger: '127.0.0.9',
  },
  ipv6: {
    type: 'udp6',
    via: 'left',
    group: 'ff15::5343',
    another: 'ff15::5344',
    address: 'fd00::1',
    stranger: 'fd00::9',
  },
} as const

/** Gives this thread's own network the interface that IPv6 takes: one end of a cable, with an address of each family. */
export function addInterface(): void {
  const ip = (text: string) => execFileSync('ip', text.split(' '))
  const { via, address } = networks.ipv6
  ip(`link add ${via} type veth peer name right`)
  ip('link set right up')
  ip(`link set ${via} up`)
  ip(`address add ${address}/64 dev ${via} nodad`)
  ip(`address add 192.0.2.1/24 dev ${via}`)
}

/** A family of these. */
export type NetworkName = keyof typeof networks

/** A receiver, and what it gets of two groups. */
export interface Receiver {
  readonly socket: dgram.Socket
  /** Sends to both groups, then straight to the receiver, and gives the groups that came through. */
  send(): Promise<string[]>
  close(): void
}

function sendThere(sender: dgram.Socket, family: NetworkName): void {
  const { via, address } = networks[family]
  if (family === 'ipv4') setOption(sender, 'IP_MULTICAST_IF', address)
  else setOption(sender, 'IPV6_MULTICAST_IF', native.interfaceIndex(Buffer.from(via)))
}

/** A receiver on a port of its own, and a sender whose multicasts stay on the interface of the tests. */
export async function receiver(family: NetworkName): Promise<Receiver> {
  const { type, group, another, address } = networks[family]
  const [socket, sender] = [dgram.createSocket(type), dgram.createSocket(type)]
  socket.bind(0)
  sender.bind(0, address)
  await Promise.all([once(socket, 'listening'), once(sender, 'listening')])
  sendThere(sender, family)
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
