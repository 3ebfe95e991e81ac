import { rmSync } from 'node:fs'
import { makeHome, mountAccount, user } from './account.js'
import { canRun, privately, type Superserver, superserver } from './superserver.js'

export { user }

/** Whether sshd can be started: with root, where scripts/peers.sh has put it. */
export const hasSshd = canRun('test -x /usr/sbin/sshd')

// It looks for its folder in /run, whether it needs it or not.
const sshd = `${mountAccount}; mount -t tmpfs tmpfs /run; mkdir -m 755 /run/sshd
  cp "$0/host-key" /run/key; chown root /run/key; exec /usr/sbin/sshd -i -f /dev/null -h /run/key -o UsePAM=no`

/** Starts OpenSSH's sshd for each connection, with a host key, for a user who may log in with another key. */
export async function startSshd(hostKey: string, userKey: string): Promise<Superserver> {
  const home = makeHome({ '.ssh/authorized_keys': `${userKey}\n`, 'host-key': hostKey })
  const server = await superserver(privately(sshd, home))
  const close = async () => {
    await server.close()
    rmSync(home, { recursive: true })
  }
  return { ...server, close }
}
