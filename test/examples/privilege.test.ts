import { describe, expect, test } from 'vitest'
import { canRun } from '../peers/superserver.js'
import { exampleFile, run } from './run.js'

/** Runs what follows without the capability to bind a reserved port, be it as root. */
const without = ['--bounding-set', '-net_bind_service', process.execPath]
const isPossible = canRun('setpriv --bounding-set -net_bind_service true')

const examples = [
  ['amanda', ['::1']],
  ['rlogin', ['localhost']],
  ['lpr', ['--queue', '127.0.0.1']],
  ['portmap', ['::1', 'dump']],
  ['portmap', ['--udp', '::1', 'dump']],
] as const

describe.skipIf(!isPossible)('without CAP_NET_BIND_SERVICE (needs root and setpriv)', () => {
  test.each(examples)('examples/%s.mjs %j says that it takes it', async (name, args) => {
    const { status, stdout, stderr } = await run('setpriv', [...without, exampleFile(`${name}.mjs`), ...args])
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toMatch(new RegExp(`^${name}: bind EACCES .*: it takes root, or CAP_NET_BIND_SERVICE\\n$`))
  })
})
