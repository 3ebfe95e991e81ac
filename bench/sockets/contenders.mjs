import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { sockets } from '../../dist/diag.js'
import { plainProgram } from '../setup.mjs'

/**
 * @typedef {'dump' | 'listener' | 'owner'} Question every TCP socket, the listener of a port, the process that has it
 * @typedef {object} Contender
 * @property {string} name
 * @property {readonly Question[]} answers
 * @property {(question: Question, port: number) => Promise<{ ms: number, found: number }>} ask what it took, and the
 * count of sockets, the inode or the pid
 * @property {() => void} [close]
 */

async function timed(run) {
  const start = performance.now()
  const found = await run()
  return { ms: performance.now() - start, found }
}

/** @returns {Contender} */
function openSockctl() {
  const listener = (port, processes) => sockets({ protocol: 'tcp', state: 'LISTEN', localPort: port, processes })[0]
  const questions = {
    dump: () => sockets({ protocol: 'tcp' }).length,
    listener: (port) => listener(port, false).inode,
    owner: (port) => listener(port, true).owners.at(-1).pid,
  }
  return {
    name: 'sockctl',
    answers: Object.keys(questions),
    ask: (question, port) => timed(() => questions[question](port)),
  }
}

/** The first call of a process, which has nothing compiled yet. */
function openFirst() {
  const program = fileURLToPath(new URL('first.mjs', import.meta.url))
  const ask = async () => JSON.parse(spawnSync(process.execPath, [program], { encoding: 'utf8' }).stdout)
  return { name: 'sockctl, first call', answers: ['dump'], ask }
}

/**
 * The C program twice: asking for one family after the other, as programs do, and for both, as sockctl does.
 *
 * @returns {Promise<Contender[]>}
 */
async function openPlain() {
  const child = spawn(plainProgram, { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(child, 'spawn')
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ask = async (question, port) => {
    child.stdin.write(`${question} ${port}\n`)
    const answer = await answers.next()
    if (answer.done) throw new Error('the C program ended')
    const [ns, found] = answer.value.split(' ').map(Number)
    return { ms: ns / 1e6, found }
  }
  return [
    { name: 'C', answers: ['dump', 'listener', 'owner'], ask, close: () => child.stdin.end() },
    { name: 'C, both families at once', answers: ['dump'], ask: () => ask('once', 0) },
  ]
}

function run(...args) {
  const { status, stdout, error } = spawnSync('ss', args, { encoding: 'utf8', maxBuffer: 2 ** 28 })
  if (error || status !== 0) throw new Error('ss failed', { cause: error })
  return stdout
}

/** `ss`, started for each question as a program has to that calls it. */
function openSs() {
  const questions = {
    dump: () => run('-tanH').trimEnd().split('\n').length,
    owner: (port) => Number(/pid=(\d+)/.exec(run('-ltnpH', `sport = :${port}`))?.[1]),
  }
  return {
    name: 'ss',
    answers: Object.keys(questions),
    ask: (question, port) => timed(() => questions[question](port)),
  }
}

async function openFindProcess() {
  const { default: find } = await import('find-process')
  const ask = (_question, port) => timed(async () => (await find('port', port))[0]?.pid)
  return { name: 'find-process', answers: ['owner'], ask }
}

/** Makes everybody ready. Who cannot run on this machine has the reason as `missing`. */
export async function openContenders() {
  const findProcess = await openFindProcess().catch(({ message }) => ({ name: 'find-process', missing: message }))
  return [...(await openPlain()), openSockctl(), openFirst(), openSs(), findProcess]
}
