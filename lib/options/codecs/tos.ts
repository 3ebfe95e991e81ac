import { maxInt32 } from '../../validate.js'
import type { ScalarCodec } from './form.js'
import { numberOf } from './named.js'

/** The code points of RFC 2474, 2597, 3246, 5865 and 8622 in their place, above the bits of ECN, and the older names. */
const services = {
  CS0: 0x00,
  CS1: 0x20,
  CS2: 0x40,
  CS3: 0x60,
  CS4: 0x80,
  CS5: 0xa0,
  CS6: 0xc0,
  CS7: 0xe0,
  AF11: 0x28,
  AF12: 0x30,
  AF13: 0x38,
  AF21: 0x48,
  AF22: 0x50,
  AF23: 0x58,
  AF31: 0x68,
  AF32: 0x70,
  AF33: 0x78,
  AF41: 0x88,
  AF42: 0x90,
  AF43: 0x98,
  EF: 0xb8,
  VA: 0xb0,
  LE: 0x04,
  lowdelay: 0x10,
  throughput: 0x08,
  reliability: 0x04,
  mincost: 0x02,
} as const

/**
 * A class of service by name: a DSCP, or one of the names that the service byte's bits had before there was DSCP.
 *
 * @see RFC 2474, RFC 1349
 */
export type TypeOfService = keyof typeof services

/** How the service byte crosses to the kernel. It reads as a number, since the bits of ECN may come with it. */
export const tos: ScalarCodec = {
  range: [0, maxInt32],
  fromInt: (int) => int,
  toInt: (value, name, least, most) => numberOf(services, value, name, least, most),
}
