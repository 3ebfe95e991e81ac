import type { RemoteReport } from './types.js'

/** One of the two channels of a command. */
export type Channel = 'stdout' | 'stderr'

/** What becomes of what a command prints, and of its end. */
export interface Sink {
  /** The command runs. */
  started(): void
  /** Takes what was printed; false has no more come until the channel is resumed. */
  data(channel: Channel, chunk: Buffer): boolean
  /** A channel has ended. */
  ended(channel: Channel): void
  /** Both have: nothing more will come. */
  done(report: RemoteReport): void
  /** The command was refused or cut short: nothing more will come. */
  failed(error: Error, report: RemoteReport): void
}
