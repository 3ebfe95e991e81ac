import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { packageRoot } from '../root.js'
import { loadCommands } from './commands.js'
import { completionCommand } from './completion.js'
import { endWithReader } from './print.js'

const wrongUse = 2
const wrongUses = /^ERR_(INVALID_ARG|INVALID_IP|OUT_OF_RANGE|SOCKET_BAD_PORT)/

function version(): string {
  const text = readFileSync(new URL('package.json', packageRoot), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

/** The exit code of an error: 0 after --help and --version, 2 after wrong use. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : wrongUse
  process.stderr.write(`sockctl: ${(error as Error).message}\n`)
  const { code } = error as { code?: string }
  return code !== undefined && wrongUses.test(code) ? wrongUse : 1
}

/**
 * Runs the `sockctl` command.
 *
 * @param argv as `process.argv`
 * @returns the exit code: 0, 1 when the answer is no, 2 for wrong use; where nobody reads what it writes, the process
 *   ends with 141 instead
 */
export async function main(argv: readonly string[]): Promise<number> {
  endWithReader()
  let exitCode = 0
  const finish = (code: number) => {
    exitCode = code
  }
  const program = new Command('sockctl')
    .description('socket control: options, reserved ports, aborts, and what the kernel makes of two binds')
    .version(version())
    .enablePositionalOptions()
    .exitOverride()
  const commands = [...(await loadCommands(argv[2], finish)), completionCommand(program)]
  for (const command of commands) program.addCommand(command.exitOverride())
  try {
    await program.parseAsync(argv)
    return exitCode
  } catch (error) {
    return exitCodeOf(error)
  }
}
