import { describe, expect, test } from 'vitest'
import { type BareSocket, type SocketOptions, setOptions } from '../../lib/index.js'
import { isRoot } from '../support.js'
import { connection, loopback } from './connections.js'
import { isHere, openSocket } from './kinds.js'
import { python, whyNoPython } from './python.js'
import { isTooNew } from './written.js'

/** Sends a datagram from descriptor 4 to the address, and prints which control messages came with it at 3. */
const datagram = `
import json, socket, sys
address = json.load(sys.stdin)
receiver, sender = socket.socket(fileno=3), socket.socket(fileno=4)
sender.sendto(b'x', tuple(address))
try:
    _, messages, _, _ = receiver.recvmsg(100, 1000, socket.MSG_DONTWAIT)
    print(json.dumps([[level, kind] for level, kind, _ in messages]))
except BlockingIOError:
    print('null')
receiver.detach()
sender.detach()`

/** What comes with a datagram from one socket to another; null where it does not arrive. */
function arriving(kind: 'udp' | 'udp6', receives: SocketOptions, sends: SocketOptions): unknown {
  using receiver = openSocket(kind)
  using sender = openSocket(kind)
  receiver.bind({ address: loopback(kind) })
  setOptions(receiver, receives)
  setOptions(sender, sends)
  const { address, port } = receiver.address()
  return python(datagram, [address, port], receiver.fd, sender.fd)
}

const header = Buffer.of(0, 0, 1, 4, 0, 0, 0, 0)

/** The option, the control message that it brings, and what the sender has to do for it. */
const cases: readonly {
  readonly name: keyof SocketOptions
  readonly kind: 'udp' | 'udp6'
  readonly message: readonly [level: number, type: number]
  readonly sends?: SocketOptions
  readonly root?: true
}[] = [
  { name: 'SO_RCVMARK', kind: 'udp', message: [1, 36] },
  { name: 'SO_RCVPRIORITY', kind: 'udp', message: [1, 12] },
  { name: 'SO_TIMESTAMP_NEW', kind: 'udp', message: [1, 63] },
  { name: 'SO_TIMESTAMPNS_NEW', kind: 'udp', message: [1, 64] },
  { name: 'IP_ORIGDSTADDR', kind: 'udp', message: [0, 20] },
  { name: 'IP_RECVOPTS', kind: 'udp', message: [0, 6], sends: { IP_OPTIONS: Buffer.of(1, 1, 1, 0) } },
  { name: 'IP_RETOPTS', kind: 'udp', message: [0, 7], sends: { IP_OPTIONS: Buffer.of(7, 7, 4, 0, 0, 0, 0, 0) } },
  { name: 'IPV6_FLOWINFO', kind: 'udp6', message: [41, 11], sends: { IPV6_TCLASS: 'EF' } },
  { name: 'IPV6_ORIGDSTADDR', kind: 'udp6', message: [41, 74] },
  { name: 'IPV6_RECVHOPOPTS', kind: 'udp6', message: [41, 54], sends: { IPV6_HOPOPTS: header }, root: true },
  { name: 'IPV6_RECVDSTOPTS', kind: 'udp6', message: [41, 59], sends: { IPV6_DSTOPTS: header }, root: true },
]

describe('a datagram brings a control message', () => {
  for (const { name, kind, message, sends = {}, root } of cases) {
    const why =
      whyNoPython || (root && !isRoot ? ' (needs root)' : '') || (isHere(name) ? '' : ' (this kernel lacks it)')
    test.skipIf(why)(`with ${name}, and none without it${why}`, () => {
      expect(arriving(kind, { [name]: false }, sends)).toEqual([])
      expect(arriving(kind, { [name]: true }, sends)).toEqual([message])
    })
  }
})

describe('a datagram without a checksum', () => {
  test.skipIf(whyNoPython)(`goes out with UDP_NO_CHECK6_TX and is taken with UDP_NO_CHECK6_RX${whyNoPython}`, () => {
    expect(arriving('udp6', {}, { UDP_NO_CHECK6_TX: false })).toEqual([])
    expect(arriving('udp6', {}, { UDP_NO_CHECK6_TX: true })).toBeNull()
    expect(arriving('udp6', { UDP_NO_CHECK6_RX: true }, { UDP_NO_CHECK6_TX: true })).toEqual([])
  })
})

/** Receives at descriptor 3 a byte of what came, and prints the control messages. */
const byte = `
import json, socket
receiver = socket.socket(fileno=3)
_, messages, _, _ = receiver.recvmsg(1, 1000)
print(json.dumps([[level, kind, int.from_bytes(data, 'little')] for level, kind, data in messages]))
receiver.detach()`

/** Sends a descriptor from 3, and prints the errno or 0. */
const rights = `
import array, json, socket
sender = socket.socket(fileno=3)
try:
    sender.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [0]))])
    print(0)
except OSError as error:
    print(error.errno)
sender.detach()`

/** A connection over a Unix socket with an abstract name, between two bare ends. */
async function unixEnds(use: (client: BareSocket | { fd: number }, accepted: { fd: number }) => void): Promise<void> {
  await using made = await connection({ path: `\0sockctl-messages-${process.pid}` })
  const [client, accepted] = [made.client, made.accepted].map(
    (socket) => (socket as unknown as { _handle: { fd: number } })._handle,
  ) as [{ fd: number }, { fd: number }]
  made.accepted.pause()
  use(client, accepted)
}

describe('a Unix connection', () => {
  const whyNoInq = whyNoPython || (isTooNew('SO_INQ') ? ' (this kernel lacks it)' : '')
  test.skipIf(whyNoInq)(`tells with SO_INQ how much is left to read${whyNoInq}`, async () => {
    await unixEnds((client, accepted) => {
      python('import socket; s = socket.socket(fileno=3); s.send(b"12345"); s.detach(); print(0)', null, client.fd)
      setOptions(accepted, { SO_INQ: true })
      expect(python(byte, null, accepted.fd)).toEqual([[1, 84, 4]])
      setOptions(accepted, { SO_INQ: false })
      expect(python(byte, null, accepted.fd)).toEqual([])
    })
  })

  const why = whyNoPython || (isHere('SO_PASSRIGHTS') ? '' : ' (this kernel lacks it)')
  test.skipIf(why)(`refuses descriptors without SO_PASSRIGHTS${why}`, async () => {
    await unixEnds((client, accepted) => {
      expect(python(rights, null, client.fd)).toBe(0)
      setOptions(accepted, { SO_PASSRIGHTS: false })
      expect(python(rights, null, client.fd)).toBe(1)
    })
  })
})
