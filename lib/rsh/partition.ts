// Who of this thread has which reserved port. A port on which something listens can be bound by nothing else, while one
// that only connects may do so to many hosts at once: no port is ever used for both.

/** The reserved ports that rsh servers accept. */
export const lowest = 512
export const highest = 1023

const listening = new Set<number>()
const connecting = new Uint16Array(highest + 1)

/** Whether a port may be listened on. */
export function mayListen(port: number): boolean {
  return !listening.has(port) && connecting[port] === 0
}

/** Whether a port may be connected from. */
export function mayConnect(port: number): boolean {
  return !listening.has(port)
}

/** Notes that a port is listened on, or no more. */
export function noteListening(port: number, on: boolean): void {
  if (on) listening.add(port)
  else listening.delete(port)
}

/** Notes that there is one connection more, or less, from a port. */
export function noteConnecting(port: number, change: 1 | -1): void {
  connecting[port] = (connecting[port] ?? 0) + change
}

/** Whether a port is one that an rsh server may connect from. */
export function isReserved(port: number | undefined): boolean {
  return port !== undefined && port >= lowest && port <= highest
}
