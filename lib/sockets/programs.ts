import type { Instruction } from '../options/index.js'
import { validateInteger } from '../validate.js'

// The parts of an instruction's code (linux/bpf_common.h).
const load = 0x00
const arithmetic = 0x04
const jump = 0x05
const back = 0x06
const byte = 0x10
const absolute = 0x20
const and = 0x50
const equal = 0x10

const everything = 0xffffffff
const flagsOffset = 13
const syn = 0x02
const ack = 0x10
const largestIndex = 65535

function instruction(code: number, k: number, jt = 0, jf = 0): Instruction {
  return { code, jt, jf, k }
}

/**
 * A filter for a listening TCP socket: it drops each SYN and lets all else pass whole, so that no connection begins and
 * none that has begun suffers. A client sends its SYN again, a second later at first, so whoever takes the filter away
 * or puts another listener there soon enough loses nobody.
 *
 * @see RFC 9293 (3.1), for `attachFilter`
 */
export function dropSyns(): Instruction[] {
  return [
    // A socket's filter sees a segment from its TCP header on. SYN without ACK is what opens a connection.
    instruction(load + byte + absolute, flagsOffset),
    instruction(arithmetic + and, syn + ack),
    instruction(jump + equal, syn, 0, 1),
    instruction(back, 0),
    instruction(back, everything),
  ]
}

/**
 * A program for a SO_REUSEPORT group: all new connections go to one member. Members count from 0 in the order in which
 * they began to listen (or, on UDP, were bound), and when one closes, the last one takes its index. While nobody has the
 * index, connections are spread as without a program.
 *
 * @param index the member, 0 to 65535
 * @see for `attachReuseportProgram`
 */
export function steerTo(index: number): Instruction[] {
  validateInteger(index, 'index', 0, largestIndex)
  return [instruction(back, index)]
}
