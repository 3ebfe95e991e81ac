// A process that gives up root, if it has it, and tries to bind a reserved port.
import type { SystemError } from '../../errors.js'
import { BareSocket, bindReservedPort } from '../../sockets/index.js'

const nobody = 65534

/** Who tried to bind a reserved port, and what came of it. */
export interface UnprivilegedOutcome {
  readonly uid: number
  /** 'ok', or the name of the error. */
  readonly code: string
  readonly port?: number
}

function attempt(): Omit<UnprivilegedOutcome, 'uid'> {
  const socket = new BareSocket('ipv4')
  try {
    if (process.getuid?.() === 0) becomeNobody()
    return { code: 'ok', port: bindReservedPort(socket, { address: '127.0.0.1' }) }
  } catch (error) {
    return { code: (error as SystemError).code }
  } finally {
    socket.close()
  }
}

function becomeNobody(): void {
  process.setgroups?.([])
  process.setgid?.(nobody)
  process.setuid?.(nobody)
}

const outcome = attempt()
process.send?.({ uid: process.getuid?.() ?? -1, ...outcome } satisfies UnprivilegedOutcome)
process.disconnect()
