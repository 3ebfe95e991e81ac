import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { compile } from '../setup.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

/**
 * Runs program.mjs in the network that rig.sh makes, and gives the JSON that it printed.
 *
 * @param {'plain' | 'real'} kind which servers there are
 * @param {unknown} argument goes to the program as JSON
 */
export function runInRig(kind, argument) {
  const own = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc']
  const server = compile('rsh-server', 'rsh/server.c')
  const program = [process.execPath, here('program.mjs'), JSON.stringify({ kind, ...argument })]
  const output = execFileSync('unshare', [...own, 'sh', here('rig.sh'), kind, server, ...program], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 26,
    timeout: 20 * 60_000,
  })
  return JSON.parse(output)
}
