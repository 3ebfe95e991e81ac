import type { LookupFunction } from 'node:net'
import type { Readable, Writable } from 'node:stream'

/** Why a command waits before it can be sent, as `onWait` is told. */
export interface WaitInfo {
  /** The host, as it was given. */
  host: string
  /** The address that the command is for. */
  address: string
  /**
   * What is short: 'port' where every reserved port has a connection to this very address, or had one less than a minute
   * ago; 'listener' where every listener waits for another command's second connection.
   */
  reason: 'port' | 'listener'
  /** How many ports, or listeners, this process has in use for the address. */
  used: number
  /** When the next port frees by itself, in ms, where the kernel knows: TIME_WAIT runs out then. */
  nextMs: number | undefined
}

/**
 * From which addresses the stderr connection may come.
 *
 * - 'any': from any, as a host with several addresses chooses one by its routes. Its command has a listener to itself
 *   until it comes, 128 of which there can be at once
 * - 'dialled': from the address that the command was sent to alone, so that commands to different addresses share a listener
 */
export type BackAddress = 'any' | 'dialled'

/** What `rcmd` and `multiRsh` know in common. */
export interface CommandOptions {
  /** The server's port. @default 514 */
  port?: number | undefined
  /** Only addresses of one family, 0 for both. @default 0 */
  family?: 0 | 4 | 6 | undefined
  /**
   * How to look up the address of a host that is given by name, as for `net.connect`. The system's way goes through its
   * hosts file for each name, in four threads (libuv's): where thousands of names are known already, answer for yourself.
   *
   * @default dns.lookup
   */
  lookup?: LookupFunction | undefined
  /** The user's name here. @default the name of this process's user */
  localUser?: string | undefined
  /** The user's name there. @default localUser */
  remoteUser?: string | undefined
  /** What the user's shell there is to run. */
  command: string
  /** 'separate' has the server make a second connection for stderr; 'joined' has it send both over one. @default 'separate' */
  stderr?: 'separate' | 'joined' | undefined
  /** From where the second connection may come. @default 'any' */
  backAddress?: BackAddress | undefined
  /** The local address to connect from. @default the system's choice */
  localAddress?: string | undefined
  /** How long to wait for a free reserved port or listener, in ms; 0 without end. @default 120000 */
  portTimeout?: number | undefined
  /** How long to wait for the connection, in ms; 0 as long as the kernel does. @default 30000 */
  connectTimeout?: number | undefined
  /** How long to wait for the server's second connection, in ms; 0 without end. @default 30000 */
  backTimeout?: number | undefined
  /** How long to wait, once connected, for the server to say yes or no, in ms; 0 without end. @default 60000 */
  replyTimeout?: number | undefined
  /** How long the command may print nothing, in ms; 0 without end. @default 0 */
  silenceTimeout?: number | undefined
  /**
   * Outputs that are taken for a refusal where they are all that came: rsh-redone says yes first and prints its refusal
   * like the output of a command, which nothing but its text tells apart. None for `[]`.
   *
   * @default ['Authentication failure\n']
   */
  refusals?: readonly string[] | undefined
  /** Is told when reserved ports or listeners are short, and the command waits. */
  onWait?: ((info: WaitInfo) => void) | undefined
  /** Ends the command, which is cut short, with an AbortError. */
  signal?: AbortSignal | undefined
}

/** What `rcmd` is to do. */
export interface RcmdOptions extends CommandOptions {
  /** The name or address of the host. The addresses of a name are tried in turn. */
  host: string
  /**
   * What the command reads. 'none': nothing, and its input never ends; 'end': nothing, and its input ends at once;
   * 'stream': what is written to `stdin` of the result. Else the text, bytes or stream to send before its input ends; a
   * stream that breaks off cuts the command short, and is destroyed where the command ends first.
   *
   * Where the input ends, this side sends the first FIN, so that its reserved port stays in TIME_WAIT for a minute.
   *
   * @default 'none'
   */
  stdin?: 'none' | 'stream' | 'end' | Readable | Uint8Array | (string & {}) | undefined
}

/** How a command ended. */
export interface RemoteReport {
  /** From the first attempt to connect to the end of both channels. */
  durationMs: number
  /** Who ended the first connection: the server, this side (the input was ended), or a reset by either. */
  closedFirst: 'remote' | 'local' | 'reset'
  /**
   * Which side has a connection in TIME_WAIT now: 'local' where any of this side's reserved ports has, 'none' after
   * resets; 'unknown' where both ended at once.
   */
  timeWait: 'none' | 'local' | 'remote' | 'unknown'
}

/** A command that runs on another host. */
export interface RemoteCommand {
  /** The address that it was sent to. */
  readonly address: string
  /** The reserved port that it was sent from. */
  readonly localPort: number
  /** The command's input, with `stdin: 'stream'`; its `end()` ends the input. It is destroyed when the command ends. */
  readonly stdin?: Writable
  /** The command's output; with `stderr: 'joined'` its errors too. */
  readonly stdout: Readable
  /** The command's errors, with `stderr: 'separate'`. */
  readonly stderr?: Readable
  /**
   * Resolves when both channels have ended and were read; the protocol does not tell what came of the command. Rejects
   * when it was cut short.
   */
  readonly completed: Promise<RemoteReport>
  /**
   * Has the server send a signal to the command's processes.
   *
   * @throws `ERR_INVALID_STATE` with `stderr: 'joined'`, or once the channel is closed
   */
  kill(signal?: NodeJS.Signals | number): void
  /** Cuts the command short: resets its connections. `completed` rejects with the error, or with one that says so. */
  destroy(error?: Error | null): void
}
