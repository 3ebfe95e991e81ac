import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { unusedPort } from '../sockets/network.js'
import { isRoot, nobody } from '../support.js'

const versions = '/usr/lib/postgresql'

/** The folder of PostgreSQL's programs, as Debian has it; undefined where it is not installed. */
export const postgresPrograms = (existsSync(versions) ? readdirSync(versions) : [])
  .map((version) => join(versions, version, 'bin'))
  .find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))

/** A running PostgreSQL that trusts everybody. */
export interface Postgres {
  readonly port: number
  /** The folder of its Unix socket. */
  readonly folder: string
  readonly user: string
  close(): Promise<void>
}

// It refuses to be root. What a run with sanitizers loads into Node.js is not for it.
const privileges = isRoot ? { uid: nobody, gid: nobody } : {}
const env = { PATH: process.env.PATH, LD_PRELOAD: '', LC_ALL: 'C' }

const user = 'sockctl'

async function untilReady(server: ChildProcess): Promise<void> {
  let log = ''
  for await (const line of createInterface({ input: server.stderr as NodeJS.ReadableStream })) {
    log += `${line}\n`
    if (line.includes('ready to accept connections')) return
  }
  throw new Error(`postgres did not start:\n${log}`)
}

/** Makes a cluster of databases in a folder of its own, and starts PostgreSQL on it, on loopback and a Unix socket. */
export async function startPostgres(programs: string): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'sockctl-postgres-'))
  if (isRoot) chownSync(folder, nobody, nobody)
  const data = join(folder, 'data')
  const creation = ['--pgdata', data, '--username', user, '--auth', 'trust', '--encoding', 'UTF8', '--no-sync']
  execFileSync(join(programs, 'initdb'), creation, { env, cwd: folder, stdio: 'ignore', ...privileges })
  const port = unusedPort()
  const settings = { listen_addresses: '127.0.0.1', port, unix_socket_directories: folder, fsync: 'off' }
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = spawn(join(programs, 'postgres'), ['-D', data, ...args], {
    env,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    ...privileges,
  })
  const close = async () => {
    if (server.exitCode === null) {
      const gone = once(server, 'exit')
      server.kill('SIGINT')
      await gone
    }
    rmSync(folder, { recursive: true })
  }
  try {
    await untilReady(server)
  } catch (error) {
    await close()
    throw error
  }
  server.stderr?.resume()
  return { port, folder, user, close }
}
