import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { built } from '../support.js'

/**
 * Runs a program as the primary of a cluster, and another as its workers. The primary starts a worker with `start(port)`
 * and gets its first message with it, and prints JSON with `report(value)`, which ends all. A worker has that `port`, a
 * `path` for a socket, and the package as `sockctl`.
 */
export async function inCluster<Report>(primary: string, worker: string): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'sockctl-cluster-'))
  const file = join(folder, 'program.mjs')
  writeFileSync(
    file,
    `
    import cluster from 'node:cluster'
    import { once } from 'node:events'
    import net from 'node:net'
    import * as sockctl from '${built}index.js'
    const path = ${JSON.stringify(join(folder, 'socket'))}
    if (cluster.isPrimary) {
      const report = (value) => process.stdout.write(JSON.stringify(value), () => process.exit())
      const start = async (port = 0) => {
        const worker = cluster.fork({ SOCKCTL_TEST_PORT: port })
        const [message] = await once(worker, 'message')
        return { id: worker.id, message }
      }
      ${primary}
    } else {
      const port = Number(process.env.SOCKCTL_TEST_PORT)
      ${worker}
    }`,
  )
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [file])
    return JSON.parse(stdout) as Report
  } finally {
    rmSync(folder, { recursive: true })
  }
}
