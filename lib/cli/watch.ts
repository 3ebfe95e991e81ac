import { Command } from 'commander'
import { integer } from './number.js'
import { watchPage } from './watch/page.js'
import { watchText } from './watch/text.js'

interface WatchFlags {
  readonly text?: boolean
  readonly port?: number
  readonly samples?: number
}

/** `sockctl watch`: the states of the host's TCP sockets, live. */
export function watchCommand(): Command {
  return new Command('watch')
    .description('show live how many TCP sockets are in each state, on a page of its own or in the terminal')
    .option('--text', 'in the terminal; without one, a line for each change')
    .option('--port <port>', 'with --text: only sockets that have this port, at either end', integer(1, 65535))
    .option('--samples <count>', 'with --text: end after so many samples, five a second', integer(1, 2 ** 31 - 1))
    .action(({ text, port, samples }: WatchFlags, command: Command) => {
      if (text) return watchText({ port }, samples ?? Infinity)
      if (port !== undefined || samples !== undefined) command.error('error: --port and --samples take --text')
      return watchPage()
    })
}
