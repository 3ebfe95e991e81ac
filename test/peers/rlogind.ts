import { rmSync } from 'node:fs'
import { makeHome, mountAccount, user } from './account.js'
import { canRun, privately, type Superserver, superserver } from './superserver.js'

export { user }

/** Whether in.rlogind can be started: with root, where scripts/peers.sh has put it. */
export const hasRlogind = canRun('test -x /usr/sbin/in.rlogind')

// login(1) keeps records of who was here in /run and /var/log, which need not be the machine's.
const rlogind = `${mountAccount}; mount -t tmpfs tmpfs /run; mount -t tmpfs tmpfs /var/log; exec /usr/sbin/in.rlogind`

/** Starts in.rlogind for each connection, for a user who exists for it alone, whom root of localhost may be. */
export async function startRlogind(): Promise<Superserver> {
  const home = makeHome({ '.rhosts': 'localhost root\n' })
  const server = await superserver(privately(rlogind, home))
  const close = async () => {
    await server.close()
    rmSync(home, { recursive: true })
  }
  return { ...server, close }
}
