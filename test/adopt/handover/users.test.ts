import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { isRoot, nobody } from '../../support.js'
import { useFolder } from '../folder.js'
import { begun, httpServer, type Started, serving } from './serving.js'
import { keepPrograms } from './world.js'

const start = keepPrograms()
const stranger = 1234
let path: string

useFolder((folder, socket) => {
  path = socket
  if (isRoot) chownSync(folder, nobody, nobody)
  chmodSync(folder, 0o755)
})

/** Starts a program as nobody in a user namespace that has no other user, and shows all others as nobody too. */
const alone = [
  ...['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'],
  ...['unshare', '--user', `--map-user=${nobody}`],
]
const isThere = isRoot && spawnSync('setpriv', [...alone.slice(1), 'true']).status === 0

const knocking = (where: string) => `
  import net from 'node:net'
  net.connect(${JSON.stringify(where)}).on('error', ({ code }) => post({ code })).resume()`

describe.skipIf(!isThere)(`nobody in a user namespace${isThere ? '' : ' (needs root, setpriv and unshare)'}`, () => {
  test('is taken over from by nobody, and by none of those who look like that', async () => {
    const old = await start(serving(path, httpServer(0), '{ mode: 0o666 }'), undefined, alone)
    const { port } = await old.message<Started>(begun)
    const { pid } = await start(knocking(path), stranger)
    expect(await old.message((message) => message.refused !== undefined)).toMatchObject({
      refused: { pid, uid: nobody },
    })
    const next = await start(serving(path, httpServer(port)), undefined, alone)
    expect((await next.message<Started>(begun)).start.received).toEqual(['web'])
    const last = await start(serving(path, httpServer(port)), nobody)
    expect((await last.message<Started>(begun)).start.received).toEqual(['web'])
  })
})
