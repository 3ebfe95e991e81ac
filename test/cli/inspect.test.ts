import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { isRoot, nobody } from '../support.js'
import { command, sockctl } from './command.js'

const program = `
  const net = require('node:net')
  const server = net.createServer((socket) => socket.on('error', () => {}).setTimeout(0)).listen(0, '127.0.0.1', () => {
    const client = net.connect(server.address().port, '127.0.0.1', () => {
      client.setNoDelay(true)
      console.log(JSON.stringify({ listener: server._handle.fd, client: client._handle.fd }))
    })
    client.on('close', () => console.log('closed'))
  })
  process.stdin.on('end', () => process.exit()).resume()`

interface Shown {
  fd: number
  entry?: { state: string; localPort: number }
  local?: { address: string; port: number }
  options: { name: string; value: unknown; default: unknown; differs: boolean }[]
}

const children: ChildProcess[] = []

afterEach(async () => {
  for (const child of children.splice(0)) {
    const ended = once(child, 'exit')
    child.stdin?.end()
    await ended
  }
})

async function start(uid?: number) {
  const who = uid === undefined ? {} : { uid, gid: uid }
  const child = spawn(process.execPath, ['--eval', program], { ...who, stdio: ['pipe', 'pipe', 'inherit'] })
  children.push(child)
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const fds = JSON.parse(String(line)) as { listener: number; client: number }
  return { child, pid: child.pid as number, ...fds }
}

async function shown(target: string, ...args: string[]): Promise<Shown[]> {
  const { stdout, stderr } = await sockctl(['inspect', target, '--json', ...args])
  expect(stderr).toBe('')
  return JSON.parse(stdout) as Shown[]
}

function optionOf(socket: Shown | undefined, name: string) {
  return socket?.options.find((option) => option.name === name)
}

/** Whether this user may look into a process that it started itself, which Yama and pidfd_getfd decide. */
async function canInspect(): Promise<boolean> {
  const { pid, client } = await start()
  return (await sockctl(['inspect', `${pid}:${client}`])).code === 0
}

const isAllowed = await canInspect()
const need = isAllowed ? '' : ' (needs the right to trace a process, and pidfd_getfd)'

describe('sockctl inspect', () => {
  test.skipIf(!isAllowed)(`lists the sockets of a process with what differs from new ones${need}`, async () => {
    const { pid, listener, client } = await start()
    const found = await shown(String(pid))
    const [listening, connected] = [listener, client].map((fd) => found.find((one) => one.fd === fd))
    expect(listening).toMatchObject({ entry: { state: 'LISTEN' }, local: { address: '127.0.0.1' } })
    expect(optionOf(listening, 'SO_REUSEADDR')).toMatchObject({ value: true, default: false })
    expect(connected).toMatchObject({ entry: { state: 'ESTABLISHED' } })
    expect(optionOf(connected, 'TCP_NODELAY')).toMatchObject({ value: true, default: false })
    expect(optionOf(connected, 'SO_KEEPALIVE')).toBeUndefined()
    const text = await sockctl(['inspect', `${pid}:${client}`])
    expect(text.stdout).toMatch(/TCP_NODELAY\s+on\s+off/)
  })

  test.skipIf(!isAllowed)(`shows with --all what does not differ, but never SO_ERROR${need}`, async () => {
    const { pid, client } = await start()
    const [socket] = await shown(`${pid}:${client}`, '--all')
    expect(optionOf(socket, 'SO_KEEPALIVE')).toMatchObject({ value: false, differs: false })
    expect(optionOf(socket, 'SO_ERROR')).toBeUndefined()
  })

  test.skipIf(!isAllowed)(`sets options of a running connection, each by its type${need}`, async () => {
    const { pid, client, child } = await start()
    const [socket] = await shown(`${pid}:${client}`, '--set', 'TCP_USER_TIMEOUT=5000', 'SO_KEEPALIVE=on', '--all')
    expect(optionOf(socket, 'TCP_USER_TIMEOUT')?.value).toBe(5000)
    const [again] = await shown(`${pid}:${client}`)
    expect(optionOf(again, 'SO_KEEPALIVE')?.value).toBe(true)
    expect(again).toMatchObject({ entry: { state: 'ESTABLISHED' } })
    expect(child.exitCode).toBeNull()
  })

  test.skipIf(!isAllowed).each([
    ['an option that does not exist', 'TCP_USER_TIMEOUTS=1', 2],
    ['a read-only one', 'SO_TYPE=1', 2],
    ['a value of the wrong type', 'TCP_USER_TIMEOUT=soon', 2],
    ['a value out of range', 'SO_KEEPALIVE=2', 2],
    ['no assignment', 'SO_KEEPALIVE', 2],
    ['a linger, which resets or blocks', 'SO_LINGER=0', 2],
    ['an option that comes too late', 'TCP_MAXSEG=500', 1],
  ])(`refuses %s${need}`, async (_, assignment, expected) => {
    const { pid, client } = await start()
    const { code, stderr, stdout } = await sockctl(['inspect', `${pid}:${client}`, '--set', assignment])
    expect(stderr).toMatch(/^sockctl: /)
    expect(stdout).toBe('')
    expect(code).toBe(expected)
  })

  test.skipIf(!isAllowed)(`sets nothing where one of several is refused${need}`, async () => {
    const { pid, client } = await start()
    const args = ['--set', 'SO_KEEPALIVE=on', 'TCP_MAXSEG=500']
    expect((await sockctl(['inspect', `${pid}:${client}`, ...args])).code).toBe(1)
    const [socket] = await shown(`${pid}:${client}`)
    expect(optionOf(socket, 'SO_KEEPALIVE')).toBeUndefined()
  })

  test.skipIf(!isAllowed)(`says what is not open${need}`, async () => {
    const { pid } = await start()
    expect((await sockctl(['inspect', `${pid}:9999`])).stderr).toMatch(/no such descriptor.*EBADF/)
  })

  test('refuses an option that does not exist before it looks for the process', async () => {
    const { code, stderr } = await sockctl(['inspect', '4194304:3', '--set', 'TCP_USER_TIMEOUTS=1'])
    expect(stderr).toMatch(/TCP_USER_TIMEOUTS/)
    expect(code).toBe(2)
  })

  test('says that there is no such process', async () => {
    const { code, stderr } = await sockctl(['inspect', '4194304'])
    expect(stderr).toMatch(/no such process.*ESRCH/)
    expect(code).toBe(1)
  })

  test.skipIf(!isRoot)('tells a process that /proc does not show from none (needs root to mount it)', async () => {
    const { pid } = await start()
    const inspect = `${process.execPath} ${command} inspect ${pid}`
    const said = (mount: string, who = '') => {
      const text = `mount -t ${mount} none /proc && ${who} ${inspect}`
      return spawnSync('unshare', ['--mount', 'sh', '-c', text], { encoding: 'utf8' }).stderr
    }
    expect(said('tmpfs')).toMatch(/\/proc does not show process/)
    const other = `setpriv --reuid ${nobody} --regid ${nobody} --clear-groups`
    expect(said('proc -o hidepid=2', other)).toMatch(/may not be looked into.*EACCES/)
  })

  test.skipIf(!isRoot)("says that another user's process may not be looked into (needs root)", async () => {
    const { pid, client } = await start()
    const one = await sockctl(['inspect', `${pid}:${client}`], nobody)
    expect([one.code, one.stderr]).toEqual([1, expect.stringMatching(/may not be traced.*EPERM/)])
    const all = await sockctl(['inspect', String(pid)], nobody)
    expect([all.code, all.stderr]).toEqual([1, expect.stringMatching(/may not be looked into.*EACCES/)])
  })

  test.skipIf(!isRoot || !isAllowed)("sets as root what another user's process has (needs root)", async () => {
    const { pid, client } = await start(nobody)
    const [socket] = await shown(`${pid}:${client}`, '--set', 'TCP_USER_TIMEOUT=7000')
    expect(optionOf(socket, 'TCP_USER_TIMEOUT')?.value).toBe(7000)
  })

  test.each([['x'], ['1:'], ['-1'], ['0'], ['99999999999'], ['1:99999999999']])(
    'exits 2 for the target %s',
    async (target) => {
      expect((await sockctl(['inspect', target])).code).toBe(2)
    },
  )

  test('exits 2 for --set on a whole process', async () => {
    expect((await sockctl(['inspect', String(process.pid), '--set', 'SO_KEEPALIVE=on'])).code).toBe(2)
  })
})
