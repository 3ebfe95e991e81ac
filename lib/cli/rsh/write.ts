import { once } from 'node:events'

const draining = new WeakMap<NodeJS.WriteStream, Promise<void>>()

function drained(stream: NodeJS.WriteStream): Promise<void> {
  const waiting = draining.get(stream)
  if (waiting) return waiting
  const drain = once(stream, 'drain').then(() => void draining.delete(stream))
  draining.set(stream, drain)
  return drain
}

/** Writes bytes; what it returns is there until a slow reader has taken them. */
export function write(stream: NodeJS.WriteStream, bytes: Buffer): Promise<void> | undefined {
  return bytes.length === 0 || stream.write(bytes) ? undefined : drained(stream)
}
