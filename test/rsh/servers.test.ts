import { rmSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { multiRsh, type RcmdOptions, rcmd } from '../../lib/rsh.js'
import { makeHome, mountAccount, user } from '../peers/account.js'
import { canRun, privately, type Superserver, superserver } from '../peers/superserver.js'
import { rejectionOf } from '../support.js'
import { ownNamespace } from './namespace.js'
import { programs } from './programs.js'

describe.each(programs)('in.rshd of $name', ({ path, form, passesSignals }) => {
  const isThere = canRun(`test -x ${path}`)

  describe.skipIf(!isThere)(`(needs root and ${path})`, () => {
    ownNamespace()
    let home: string
    let server: Superserver

    beforeAll(async () => {
      home = makeHome({ '.rhosts': 'localhost root\n' })
      server = await superserver(privately(`${mountAccount}; exec ${path}`, home))
    })

    afterAll(async () => {
      await server.close()
      rmSync(home, { recursive: true })
    })

    function options(command: string): RcmdOptions & { host: string } {
      const place = { host: '127.0.0.1', port: server.port }
      return { ...place, localUser: 'root', remoteUser: user, command }
    }

    test('runs a command, with both channels', async () => {
      const command = await rcmd(options('echo out; echo err >&2'))
      const outputs = await Promise.all([text(command.stdout), command.stderr && text(command.stderr)])
      expect(outputs).toEqual(['out\n', 'err\n'])
      expect(await command.completed).toMatchObject({ closedFirst: 'remote', timeWait: 'remote' })
    })

    test('runs a command with one channel, and with input', async () => {
      const joined = await rcmd({ ...options('echo out; echo err >&2'), stderr: 'joined' })
      expect((await text(joined.stdout)).split('\n').sort()).toEqual(['', 'err', 'out'])
      const fed = await rcmd({ ...options('cat'), stdin: 'some input' })
      fed.stderr?.resume()
      expect(await text(fed.stdout)).toBe('some input')
      expect(await fed.completed).toMatchObject({ timeWait: 'local' })
    })

    test.skipIf(!passesSignals)('sends the command a signal (rsh-redone hands on none)', async () => {
      const command = await rcmd(options('trap "echo caught; exit" INT; echo ready; while :; do sleep 0.05; done'))
      command.stderr?.resume()
      command.stdout.once('data', () => command.kill('SIGINT'))
      expect(await text(command.stdout)).toContain('caught')
    })

    test('refuses another user in its own form', async () => {
      const { host: _, ...wrong } = { ...options('echo yes'), localUser: 'mallory' }
      for await (const { ok, error } of multiRsh(['127.0.0.1'], { ...wrong, stdin: 'none' })) {
        expect(ok).toBe(false)
        expect(error).toMatchObject({ code: 'ERR_SOCKCTL_RSH_REFUSED', form })
      }
    })

    test('is told apart from a host without one', async () => {
      const error = await rejectionOf(rcmd({ ...options('echo yes'), port: 1 }))
      expect(error).toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect' })
    })
  })
})
