import dgram from 'node:dgram'
import { type EventEmitter, once } from 'node:events'
import { adoptSocket } from '../handle/adopt.js'
import type { BareSocket } from '../sockets/index.js'

/** Who received what was sent to a port that two sockets contend for. */
export type Receiver = 'first' | 'second' | 'both' | 'nobody'

/** What tells of each connection or datagram that it received. */
export type Receiving = Pick<EventEmitter<{ received: [] }>, 'once' | 'off'>

/** Where to send, and between whom. */
export interface Aim {
  readonly protocol: 'tcp' | 'udp'
  readonly family: 'ipv4' | 'ipv6'
  readonly address: string
  readonly port: number
  readonly first: Receiving
  readonly second: Receiving
  /** Makes a socket in the network of the two. */
  make(family: 'ipv4' | 'ipv6', type: 'stream' | 'datagram'): BareSocket
}

// What is sent over loopback arrives in microseconds; this is for a machine that is busy.
const patience = 1000

/** Sends up to `count` connections or datagrams, each from a socket of its own, until both have received. */
export async function whoReceives(aim: Aim, count: number): Promise<Receiver> {
  const seen = new Set<'first' | 'second'>()
  for (let sent = 0; sent < count && seen.size < 2; sent++) {
    const receiver = await probe(aim)
    if (receiver === undefined) break
    seen.add(receiver)
  }
  if (seen.size === 2) return 'both'
  return [...seen][0] ?? 'nobody'
}

async function probe(aim: Aim): Promise<'first' | 'second' | undefined> {
  const arrival = firstArrival(aim)
  try {
    const sent = await (aim.protocol === 'tcp' ? connectOnce(aim) : sendOnce(aim))
    if (!sent) arrival.giveUp()
    return await arrival.receiver
  } finally {
    arrival.giveUp()
  }
}

function firstArrival({ first, second }: Aim) {
  let giveUp = () => {}
  const receiver = new Promise<'first' | 'second' | undefined>((resolve) => {
    const settle = (who: 'first' | 'second' | undefined) => {
      clearTimeout(timer)
      first.off('received', onFirst)
      second.off('received', onSecond)
      resolve(who)
    }
    const onFirst = () => settle('first')
    const onSecond = () => settle('second')
    const timer = setTimeout(() => settle(undefined), patience)
    first.once('received', onFirst)
    second.once('received', onSecond)
    giveUp = () => settle(undefined)
  })
  return { receiver, giveUp }
}

/** Opens a connection and waits for its end, which the receiver makes at once. False where it was refused. */
function connectOnce({ family, address, port, make }: Aim): Promise<boolean> {
  const socket = adoptSocket(make(family, 'stream'), {})
  return new Promise((resolve) => {
    let isRefused = false
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      isRefused = code === 'ECONNREFUSED'
    })
    socket.on('close', () => resolve(!isRefused))
    socket.connect({ host: address, port })
  })
}

async function sendOnce({ family, address, port, make }: Aim): Promise<boolean> {
  const socket = dgram.createSocket(family === 'ipv4' ? 'udp4' : 'udp6')
  socket.on('error', () => {})
  const listening = once(socket, 'listening')
  const bare = make(family, 'datagram')
  try {
    bare.bind({ address })
    socket.bind({ fd: bare.fd, exclusive: true })
    bare.detach()
  } finally {
    bare.close()
  }
  await listening
  await new Promise<void>((resolve) => socket.send('?', port, address, () => resolve()))
  const closed = once(socket, 'close')
  socket.close()
  await closed
  return true
}
