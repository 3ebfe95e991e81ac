import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { NetworkNamespace } from '../../lib/diag/namespace.js'
import { type Explanation, explainAddressInUse } from '../../lib/diag.js'
import { BareSocket } from '../../lib/index.js'
import { built, inProcess, isRoot, nobody, thrownBy } from '../support.js'
import { bound, hasOwnNetwork, later, listenError, only, served } from './situations.js'

const folder = mkdtempSync(join(tmpdir(), 'sockctl-explain-'))
afterAll(() => rmSync(folder, { recursive: true }))

function pathOf(name: string): string {
  return join(folder, name)
}

/** Runs a command to which the folder `merged` is on overlayfs, with a file system of its own below. */
function onOverlay(...args: string[]) {
  const script = `
    cd '${folder}'; mkdir -p lower upper merged; mount -t tmpfs none upper; mkdir upper/files upper/work
    mount -t overlay none -o lowerdir=lower,upperdir=upper/files,workdir=upper/work merged; exec "$@"`
  return spawnSync('unshare', ['--mount', 'sh', '-ec', script, 'sh', ...args], { encoding: 'utf8' })
}

const hasOverlay = isRoot && onOverlay('true').status === 0

describe('explainAddressInUse, of a path', () => {
  test('names the server of a live Unix socket', async () => {
    const path = pathOf('live')
    await served({ path })
    const cause = only('live-path', await listenError({ path }))
    expect(cause).toMatchObject({ blocks: true, owners: [{ pid: process.pid }], sockets: [{ state: 'LISTEN', path }] })
    expect(cause.explanation.advice.map(({ kind }) => kind)).toEqual(['connect-instead', 'other-path', 'close'])
  })

  test('names a datagram socket, and one that is only bound', () => {
    for (const type of ['datagram', 'stream'] as const) {
      const path = pathOf(type)
      bound({ path }, { type })
      expect(only('live-path', { path })).toMatchObject({
        owners: [{ pid: process.pid }],
        sockets: [{ state: 'UNCONN' }],
      })
    }
  })

  test('names an abstract name', () => {
    const path = `\0${folder}`
    bound({ path })
    expect(only('live-path', { path })).toMatchObject({ blocks: true, owners: [{ pid: process.pid }] })
  })

  test('names an abstract name that Node.js 20 fills up with zeros', async () => {
    const path = `\0sockctl-explain-${process.pid}`
    await served({ path })
    expect(only('live-path', await listenError({ path })).owners).toMatchObject([{ pid: process.pid }])
    bound({ path: `${path}-2`.padEnd(108, '\0') })
    expect(only('live-path', { path: `${path}-2` })).toMatchObject({ blocks: 'unknown', doubt: expect.any(String) })
  })

  test('names the file that a Unix socket left', async () => {
    const path = pathOf('stale')
    bound({ path }).socket.close()
    const cause = only('stale-path', await listenError({ path }))
    expect(cause.blocks).toBe(true)
    expect(cause.explanation.advice.map(({ kind }) => kind)).toEqual(['other-path', 'unlink'])
  })

  test('names a file that is no socket', async () => {
    writeFileSync(pathOf('file'), '')
    mkdirSync(pathOf('folder'))
    symlinkSync('nowhere', pathOf('link'))
    expect(only('not-a-socket', await listenError({ path: pathOf('file') })).text).toMatch(/a regular file/)
    expect(only('not-a-socket', { path: pathOf('folder') }).text).toMatch(/a directory/)
    expect(
      only(
        'not-a-socket',
        thrownBy(() => bound({ path: pathOf('link') })),
      ).text,
    ).toMatch(/a symbolic link/)
  })

  test.skipIf(!hasOwnNetwork)(
    'tells a stale path from one of another network namespace (needs a network namespace, which takes root)',
    () => {
      using namespace = NetworkNamespace.create() as NetworkNamespace
      const path = pathOf('elsewhere')
      const socket = namespace.run(() => new BareSocket('unix'))
      later(() => socket.close())
      socket.bind({ path })
      socket.listen()
      expect(only('live-path', { path })).toMatchObject({ blocks: true, sockets: [], doubt: expect.any(String) })
      socket.close()
      only('stale-path', { path })
    },
  )

  test.skipIf(!hasOwnNetwork)(
    'finds who has it in another network namespace (needs a network namespace, which takes root)',
    async () => {
      using namespace = NetworkNamespace.create() as NetworkNamespace
      const path = pathOf('server elsewhere')
      const program = `require('node:net').createServer().listen('${path}', () => console.log('listening'))`
      const child = namespace.run(() =>
        spawn(process.execPath, ['--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] }),
      )
      later(() => void child.kill())
      await once(child.stdout, 'data')
      const cause = only('live-path', { path })
      expect(cause).toMatchObject({ blocks: true, doubt: undefined, owners: [{ pid: child.pid }] })
      expect(cause.owners[0]?.apart).toEqual(['net'])
      expect(cause.text).toMatch(/in another network namespace/)
    },
  )

  test.skipIf(!hasOverlay)('names the server of a file on overlayfs (needs root, to mount it)', () => {
    const program = `
      import net from 'node:net'
      import { explainAddressInUse } from '${built}diag.js'
      const path = '${pathOf('merged')}/socket'
      const server = net.createServer().listen(path, () => {
        console.log(JSON.stringify(explainAddressInUse({ path })))
        server.close()
      })`
    const { causes } = JSON.parse(onOverlay(process.execPath, '--input-type=module', '--eval', program).stdout)
    expect(causes).toMatchObject([{ kind: 'live-path', sockets: [{ state: 'LISTEN' }], owners: [{}] }])
  })

  test('tells a path from one of another network namespace while its server comes and goes', async () => {
    const path = pathOf('restless')
    const program = `
      const { BareSocket } = await import('${built}index.js')
      const { unlinkSync } = await import('node:fs')
      process.stdout.write('ready')
      for (;;) {
        const socket = new BareSocket('unix')
        socket.listen(1, { path: '${path}' })
        socket.close()
        unlinkSync('${path}')
      }`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program])
    later(() => void child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    for (let look = 0; look < 3000; look++) {
      const { causes } = explainAddressInUse({ path })
      expect(causes.map(({ text }) => text).join()).not.toMatch(/another network namespace/)
    }
  })

  test.skipIf(!isRoot)('names a folder that is not to be written to (needs root to become nobody)', async () => {
    chmodSync(folder, 0o755)
    const path = pathOf('denied')
    const found = await inProcess<Explanation[]>(
      `import net from 'node:net'
       net.createServer().listen('${path}').on('error', (error) => report(
         [diag.explainAddressInUse(error), diag.explainAddressInUse({ path: '${path}' })]))`,
      nobody,
    )
    expect(found.map(({ causes }) => causes.map(({ kind }) => kind))).toEqual([['path-denied'], ['path-denied']])
  })

  test('names a folder that is missing, or is none', () => {
    writeFileSync(pathOf('no folder'), '')
    for (const [name, code] of [
      ['missing/socket', 'ENOENT'],
      ['no folder/socket', 'ENOTDIR'],
    ] as const) {
      const path = pathOf(name)
      expect(thrownBy(() => bound({ path })).code).toBe(code)
      const cause = only('path-missing', { path })
      expect([cause.blocks, cause.explanation.free]).toEqual([true, false])
    }
  })

  test('names nothing for a path that is free', () => {
    only('nothing', { path: pathOf('free') })
  })
})
