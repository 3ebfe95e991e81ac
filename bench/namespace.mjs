import { execFileSync } from 'node:child_process'

/**
 * Runs a Node.js program in a network namespace of its own, its loopback interface up, and gives the JSON that it
 * prints. Root makes the namespace; another user makes it within a user namespace.
 *
 * @param {string} script the path of the program
 * @param {unknown} argument goes to the program as JSON
 */
export function runInNamespace(script, argument) {
  const flags = process.getuid() === 0 ? '-n' : '-Urn'
  const start = 'ip link set lo up && exec "$@"'
  const program = [process.execPath, script, JSON.stringify(argument)]
  const output = execFileSync('unshare', [flags, 'sh', '-c', start, 'sh', ...program], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 26,
    timeout: 20 * 60_000,
  })
  return JSON.parse(output)
}
