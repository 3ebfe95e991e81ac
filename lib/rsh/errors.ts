import { codedError, type ErrorDetail, systemError } from '../errors.js'

/** The codes of what goes wrong between `rcmd` and a server, beside those of the system. */
export type RshErrorCode =
  /** The server will not run the command. */
  | 'ERR_SOCKCTL_RSH_REFUSED'
  /** The server says what no rsh server says. */
  | 'ERR_SOCKCTL_RSH_PROTOCOL'
  /** The second connection, for stderr, did not come, or from where it must not. */
  | 'ERR_SOCKCTL_RSH_CHANNEL'
  /** Something took longer than it may: `phase` says what. */
  | 'ERR_SOCKCTL_RSH_TIMEOUT'
  /** A connection was reset while the command ran: its output may be incomplete. */
  | 'ERR_SOCKCTL_RSH_CUT'
  /** More output came than `maxOutput` allows. */
  | 'ERR_SOCKCTL_RSH_OUTPUT'

/** What took too long. */
export type RshPhase = 'port' | 'connect' | 'back' | 'reply' | 'silence' | 'command'

/** An error between `rcmd` and a server. */
export interface RshError extends Error {
  code: RshErrorCode
  /** The host, as it was given. */
  host: string
  /** The address that was connected to. */
  address: string | undefined
  port: number
  /** In which form the server refused: a byte 1 and a line, an end or a reset without a byte, or a text after a byte 0. */
  form?: 'line' | 'end' | 'reset' | 'text'
  /** What the server said, where it said something. */
  remoteText?: string
  /** What took too long. */
  phase?: RshPhase
}

/** Whom an error is about. */
export interface Party {
  readonly host: string
  readonly address: string | undefined
  readonly port: number
}

/** Makes an error between `rcmd` and a server. */
export function rshError(
  code: RshErrorCode,
  party: Party,
  what: string,
  detail: Partial<Pick<RshError, 'form' | 'remoteText' | 'phase'>> = {},
): RshError {
  const { host, address, port } = party
  return Object.assign(new Error(`rsh ${host}: ${what}`), { code, host, address, port, ...detail })
}

/** The text of a server, fit for one line. */
export function shownText(text: string): string {
  return JSON.stringify(text.trimEnd()).slice(1, -1)
}

/** What a function of the caller's threw, which may be nothing; a command that fails so must not look as if it had not. */
export function thrown(reason: unknown): Error {
  return (reason || codedError('ERR_FALSY_VALUE_REJECTION', `${String(reason)} was thrown, and no error`)) as Error
}

const ways = `a port below 1024 takes a privilege: run as root, or have root give it to this program alone (setpriv \
--inh-caps +net_bind_service --ambient-caps +net_bind_service), to Node.js (setcap cap_net_bind_service=+ep \
${process.execPath}), or to everybody (sysctl net.ipv4.ip_unprivileged_port_start=512)`

/** Makes the error of a system call, which tells of the ways to get the privilege where that is what lacks. */
export function callError(errno: number, syscall: string, detail: ErrorDetail): Error {
  const error = systemError(errno, syscall, detail)
  if (error.code === 'EACCES' && syscall === 'bind') error.message += `; ${ways}`
  return error
}
