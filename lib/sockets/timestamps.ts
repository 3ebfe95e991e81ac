import type { SocketLike } from '../handle.js'
import { type SetOptions, setOption, type TimestampingFlag } from '../options/index.js'
import { optional, validateBoolean, validateObject } from '../validate.js'

/** What the kernel notes the time of. */
export interface TimestampOptions extends SetOptions {
  /** Each packet received, when it comes into the kernel. @default false */
  receive?: boolean
  /** Each packet sent, when it goes to the device. @default false */
  transmit?: boolean
  /** Each packet sent, when it goes to the queueing discipline. @default false */
  schedule?: boolean
  /** Data sent on TCP, when the peer has acknowledged all of it. @default false */
  acknowledge?: boolean
  /** The same by the clock of the network card, where that has one. @default false */
  hardware?: boolean
  /** Numbers what is sent, which tells the times of sends apart. @default false */
  numbered?: boolean
  /** Reports the times of sends without the packets themselves. @default false */
  timesOnly?: boolean
}

const names = ['receive', 'transmit', 'schedule', 'acknowledge', 'hardware', 'numbered', 'timesOnly'] as const

function flagsOf(options: TimestampOptions): TimestampingFlag[] {
  const { receive, transmit, schedule, acknowledge, hardware, numbered, timesOnly } = options
  const pairs: readonly (readonly [boolean | undefined, readonly TimestampingFlag[]])[] = [
    [receive, ['RX_SOFTWARE', 'SOFTWARE']],
    [transmit, ['TX_SOFTWARE', 'SOFTWARE']],
    [schedule, ['TX_SCHED', 'SOFTWARE']],
    [acknowledge, ['TX_ACK', 'SOFTWARE']],
    [hardware && receive, ['RX_HARDWARE', 'RAW_HARDWARE']],
    [hardware && transmit, ['TX_HARDWARE', 'RAW_HARDWARE']],
    [numbered, ['OPT_ID']],
    [timesOnly, ['OPT_TSONLY']],
  ]
  return [...new Set(pairs.flatMap(([wanted, flags]) => (wanted ? flags : [])))]
}

/**
 * Has the kernel note the times of what goes through a socket. It replaces what was asked for before; without an option
 * it turns all of it off.
 *
 * Node does not hand the times on: libuv reads no control messages, which bring those of received packets, and no error
 * queue, which brings those of sent ones. So this is for a socket that another program reads, one that was given the
 * descriptor. On a socket of Node's the times of received packets are noted, cost a little and are lost. Those of sent
 * ones are refused there: nobody would empty the error queue, the event loop would spin at full load (Node 20 to 26), and
 * with a `dgram.Socket` Node 24 and 26 end the process.
 *
 * @param options what to note; `force` allows the times of sends on a socket of Node's
 * @throws `ERR_INVALID_ARG_VALUE` for the times of sends on a socket of Node's; a system error of `setsockopt`: EINVAL for
 * `numbered` on a TCP socket that is not connected
 * @see SO_TIMESTAMPING, Documentation/networking/timestamping.rst
 */
export function enableTimestamps(target: SocketLike, options: TimestampOptions): void {
  validateObject(options, 'options')
  for (const name of [...names, 'force'] as const) optional(options[name], `options.${name}`, validateBoolean)
  setOption(target, 'SO_TIMESTAMPING', { flags: flagsOf(options) }, { force: options.force === true })
}
