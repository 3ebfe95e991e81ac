import net from 'node:net'

/** The arguments of `connect()` or `listen()` in Node's own order: the options, and the listener or null. */
export type NormalizedArguments = [options: Record<string, unknown>, listener: (() => void) | null]

/** What `node:net` exports for `node:tls` and others. */
interface NetInternals {
  _normalizeArgs(args: readonly unknown[]): NormalizedArguments
}

/** Sorts the arguments of `connect()` or `listen()`, whatever the form. Node marks the result, and takes it as it is. */
export function normalizeArguments(args: readonly unknown[]): NormalizedArguments {
  return (net as unknown as NetInternals)._normalizeArgs(args)
}
