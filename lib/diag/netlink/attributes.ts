import type { TcpInfo } from '../../options/index.js'
import { readText } from '../../options/layout.js'
import { decodeTcpInfo } from '../../options/tcpinfo.js'
import type { Direction } from '../../platform.js'
import type { SocketMemory } from '../entry.js'
import { align, readLong, type View } from './view.js'

const headSize = 4

/** Calls a function with the type of each attribute and the bounds of its content, as far as the bytes are sound. */
export function eachAttribute(
  view: View,
  start: number,
  end: number,
  visit: (type: number, from: number, to: number) => void,
): void {
  for (let offset = start; offset + headSize <= end; ) {
    const length = view.halves[offset >> 1] as number
    if (length < headSize || offset + length > end) return
    visit(view.halves[(offset >> 1) + 1] as number, offset + headSize, offset + length)
    offset += align(length)
  }
}

const memoryWords = 9

/** Reads SK_MEMINFO (linux/sock_diag.h), undefined where it is short. */
export function readMemory({ words }: View, from: number, to: number): SocketMemory | undefined {
  if (to - from < memoryWords * 4) return undefined
  const word = (index: number) => words[(from >> 2) + index] as number
  return {
    received: word(0),
    receiveBuffer: word(1),
    sending: word(2),
    sendBuffer: word(3),
    reserved: word(4),
    queued: word(5),
    options: word(6),
    backlog: word(7),
    drops: word(8),
  }
}

const directions: readonly (Direction | undefined)[] = [undefined, 'read', 'write', 'both']

/** The directions that are shut down, by the kernel's bits (RCV_SHUTDOWN and SEND_SHUTDOWN in net/sock.h). */
export function directionOf(bits: number | undefined): Direction | undefined {
  return directions[(bits ?? 0) & 3]
}

/** What the attributes of an inet_diag_msg say (linux/inet_diag.h). */
export interface Attributes {
  shutdown: number | undefined
  mark: number | undefined
  tos: number | undefined
  trafficClass: number | undefined
  ipv6Only: boolean | undefined
  congestionControl: string | undefined
  upperProtocol: string | undefined
  cgroup: number | undefined
  ipProtocol: number | undefined
  memory: SocketMemory | undefined
  tcpInfo: TcpInfo | undefined
}

/** The attributes of a socket that has none. */
export function noAttributes(): Attributes {
  return {
    shutdown: undefined,
    mark: undefined,
    tos: undefined,
    trafficClass: undefined,
    ipv6Only: undefined,
    congestionControl: undefined,
    upperProtocol: undefined,
    cgroup: undefined,
    ipProtocol: undefined,
    memory: undefined,
    tcpInfo: undefined,
  }
}

type AttributeReader = (found: Attributes, view: View, from: number, to: number) => void

const mark = { type: 15, length: headSize + 4 }

/** The mark where it is all that there is between two offsets, 0 where nothing is, undefined where there is more. */
export function soleMark({ halves, words }: View, start: number, end: number): number | undefined {
  if (start === end) return 0
  const isMark = halves[start >> 1] === mark.length && halves[(start >> 1) + 1] === mark.type
  return isMark && end - start === mark.length ? words[(start + headSize) >> 2] : undefined
}

const upperProtocolName = 1

// By the numbers of the attributes, INET_DIAG_INFO and so on.
const readers: readonly (AttributeReader | undefined)[] = Object.assign(Array(24).fill(undefined), {
  2: (found, { bytes }, from, to) => {
    found.tcpInfo = decodeTcpInfo(bytes.slice(from, to))
  },
  4: (found, { bytes }, from, to) => {
    found.congestionControl = readText(bytes, from, to - from)
  },
  5: (found, { bytes }, from) => {
    found.tos = bytes[from]
  },
  6: (found, { bytes }, from) => {
    found.trafficClass = bytes[from]
  },
  7: (found, view, from, to) => {
    found.memory = readMemory(view, from, to)
  },
  8: (found, { bytes }, from) => {
    found.shutdown = bytes[from]
  },
  10: (found, { bytes }, from) => {
    found.ipProtocol = bytes[from]
  },
  11: (found, { bytes }, from) => {
    found.ipv6Only = bytes[from] !== 0
  },
  15: (found, { words }, from) => {
    found.mark = words[from >> 2]
  },
  19: (found, view, from, to) => {
    eachAttribute(view, from, to, (type, start, end) => {
      if (type === upperProtocolName) found.upperProtocol = readText(view.bytes, start, end - start)
    })
  },
  21: (found, view, from) => {
    found.cgroup = readLong(view, from)
  },
} satisfies Record<number, AttributeReader>)

/** Reads the attributes between two offsets. */
export function readAttributes(view: View, start: number, end: number): Attributes {
  const found = noAttributes()
  eachAttribute(view, start, end, (type, from, to) => readers[type]?.(found, view, from, to))
  return found
}
