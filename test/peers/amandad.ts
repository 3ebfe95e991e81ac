import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canRun, privately, type Superserver, superserver } from './superserver.js'
import { unpacked } from './unpacked.js'

// amandad finds its files by absolute paths, so where scripts/peers.sh has only unpacked it, it is laid over /usr.
const overlay = existsSync(unpacked) ? `mount -t overlay overlay -o lowerdir=${unpacked}/usr:/usr /usr; ` : ''

// It takes its permissions from the home of the user backup, and keeps journals in /var/log and /tmp.
const amandad = `${overlay}chown -R backup "$0"; mount --bind "$0" ~backup
  mount -t tmpfs tmpfs /tmp; mount -t tmpfs tmpfs /var/log; mkdir -m 777 /var/log/amanda
  exec setpriv --reuid backup --regid backup --init-groups /usr/lib/amanda/amandad -auth=bsdtcp noop`

/** Whether amandad can be started: with root, where scripts/peers.sh has put it. */
export const hasAmandad = canRun(`${overlay}test -x /usr/lib/amanda/amandad`)

/** Starts amandad for each connection, with a home for the user backup that lets root of localhost use the service noop. */
export async function startAmandad(): Promise<Superserver> {
  const home = mkdtempSync(join(tmpdir(), 'sockctl-amandad-'))
  writeFileSync(join(home, '.amandahosts'), 'localhost root noop\n', { mode: 0o600 })
  const server = await superserver(privately(amandad, home))
  const close = async () => {
    await server.close()
    rmSync(home, { recursive: true })
  }
  return { ...server, close }
}
