import { fork } from 'node:child_process'
import cluster from 'node:cluster'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach } from 'vitest'
import { built } from '../support.js'

/** Where the members of a group can live. */
export const memberKinds = ['processes', 'worker threads', 'workers of a cluster'] as const

type MemberKind = (typeof memberKinds)[number]

/** A program that runs elsewhere. */
interface Member {
  /** The first thing that it said. */
  readonly message: unknown
  end(): Promise<unknown>
}

async function startWorker(file: string, env: NodeJS.ProcessEnv): Promise<Member> {
  const worker = new Worker(file, { env })
  const [message] = await once(worker, 'message')
  return { message, end: () => worker.terminate() }
}

async function startProcess(file: string, env: NodeJS.ProcessEnv, kind: MemberKind): Promise<Member> {
  cluster.setupPrimary({ exec: file, execArgv: [] })
  const child = kind === 'processes' ? fork(file, { env, execArgv: [] }) : cluster.fork(env).process
  const [message] = await once(child, 'message', { signal: AbortSignal.timeout(10_000) })
  const end = async () => {
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  return { message, end }
}

const prelude = `
  import dgram from 'node:dgram'
  import net from 'node:net'
  import { parentPort } from 'node:worker_threads'
  import * as sockctl from '${built}index.js'
  const post = (message) => (parentPort ? parentPort.postMessage(message) : process.send(message))
  const id = process.env.SOCKCTL_TEST_ID
  const port = Number(process.env.SOCKCTL_TEST_PORT)
`

/**
 * Gives a function that starts a program elsewhere, with an `id` and a `port`, `dgram`, `net` and `sockctl`, and gives
 * the first thing that it says with `post(message)`. All of them end after each test.
 */
export function keepMembers(): (kind: MemberKind, program: string, id: number, port: number) => Promise<unknown> {
  let members: Member[] = []
  afterEach(async () => {
    await Promise.all(members.map((member) => member.end()))
    members = []
  })
  return async (kind, program, id, port) => {
    const folder = mkdtempSync(join(tmpdir(), 'sockctl-member-'))
    const file = join(folder, 'program.mjs')
    writeFileSync(file, prelude + program)
    const env = { ...process.env, SOCKCTL_TEST_ID: String(id), SOCKCTL_TEST_PORT: String(port) }
    try {
      const member = await (kind === 'worker threads' ? startWorker(file, env) : startProcess(file, env, kind))
      members.push(member)
      return member.message
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
}
