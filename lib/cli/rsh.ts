import { Command, InvalidArgumentError } from 'commander'
import { addHelp } from './help.js'
import { integer, repeated } from './number.js'
import type { Finish } from './print.js'
import { type RshFlags, runOn } from './rsh/run.js'
import { hostsFrom, readsInput } from './rsh/targets.js'

const help = `
Hosts are written as for pdsh: node[01-99,105],db[1-2]-[3-4], ^FILE with a list a line, or - for lists on standard input.
A host that is named twice is asked once.

It takes a reserved port: root, CAP_NET_BIND_SERVICE, or the sysctl net.ipv4.ip_unprivileged_port_start.

The protocol does not tell how a command exited. --status has the shell print it behind the output, where it is taken off.

Exits 0 when the command ran on every host (and, with --status, exited 0 there), 1 when not, 2 for wrong use.`

/** Refuses what cannot be asked for at once. */
function checkFlags({ prefix, group, json, stdin, hosts, exclude = [] }: RshFlags, command: Command): void {
  const forms = [!prefix && '--no-prefix', group && '--group', json && '--json'].filter(Boolean)
  if (forms.length > 1) command.error(`error: ${forms.join(' and ')} exclude each other`)
  if (stdin && readsInput([...hosts, ...exclude])) command.error('error: --stdin cannot be read for the hosts, too')
}

/** `sockctl rsh`: runs a command on many hosts over rsh. */
export function rshCommand(finish: Finish): Command {
  const command = new Command('rsh')
    .description('run a command on many hosts at once over rsh, from reserved ports')
    .argument('<command...>', 'what the shell there is to run')
    .passThroughOptions()
    .requiredOption('-w, --hosts <list>', 'the hosts, as node[01-99],db; may be repeated', repeated(String))
    .option('-x, --exclude <list>', 'hosts to leave out; may be repeated', repeated(String))
    .option('-f, --fanout <count>', 'how many hosts at once', integer(1, 100_000), 32)
    .option('-l, --user <name>', "the user's name there; else the one here")
    .option(
      '-t, --connect-timeout <seconds>',
      'how long to wait for a connection; 0 as long as the kernel does',
      integer(0, 86_400),
      10,
    )
    .option(
      '-u, --timeout <seconds>',
      'how long the command may take on a host; 0 without end',
      integer(0, 2_000_000),
      0,
    )
    .option('--port <port>', "the servers' port; else 514", integer(1, 65535))
    .option('-N, --no-prefix', 'print the output of each host as it is, once it is whole')
    .option('--group', 'print each output once, under the hosts that gave it')
    .option('--joined', 'have stdout and stderr come over one connection')
    .option('--stdin', 'send what is on standard input to every host; else the commands have none')
    .option('--status', 'have the command tell how it exited')
    .option('--json', 'print JSON')
  return addHelp(command, help).action(async (words: string[], flags: RshFlags) => {
    checkFlags(flags, command)
    const hosts = await hostsFrom(flags.hosts, flags.exclude ?? []).catch((error: Error) => {
      if (error instanceof InvalidArgumentError) command.error(`error: ${error.message}`)
      throw error
    })
    if (hosts.size === 0) command.error('error: no host is left')
    finish(await runOn(hosts, words, flags))
  })
}
