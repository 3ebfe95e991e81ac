import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { BareSocket } from '../../lib/index.js'
import { canRun, privately } from './superserver.js'

/** Whether rpcbind can be started: with root, where scripts/peers.sh has put it. */
export const hasRpcbind = canRun('test -x /usr/sbin/rpcbind')

/** A running rpcbind, which everybody on loopback can talk to from the start. */
export interface Rpcbind {
  close(): Promise<void>
}

const address = { address: '127.0.0.1', port: 111 }

// rpcbind becomes another user, with which it forgets that it is to end with who started it. So a shell stays before it,
// whose end ends all that is in there.
const command = `mount -t tmpfs tmpfs /run
  sh -c 'export LISTEN_PID=$$ LISTEN_FDS=2; exec "$0" -f' "$0"; exit`

/**
 * Starts rpcbind with files in a /run of its own, on port 111 of the network namespace that the tests are in. It gets its
 * sockets as systemd would give them, so that calls wait there until it reads.
 */
export async function startRpcbind(): Promise<Rpcbind> {
  using listener = new BareSocket('ipv4')
  using datagrams = new BareSocket('ipv4', 'datagram')
  listener.listen(16, address)
  datagrams.bind(address)
  const [file, ...args] = privately(command, '/usr/sbin/rpcbind')
  const stdio = ['ignore', 'ignore', 'inherit', listener.fd, datagrams.fd] as const
  const child = spawn(file, args, { stdio: [...stdio], env: { ...process.env, LD_PRELOAD: '' } })
  await once(child, 'spawn')
  const close = async () => {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  return { close }
}
