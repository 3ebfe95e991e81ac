import { Command } from 'commander'
import colors from 'picocolors'
import { pathText } from '../diag/explain/words.js'
import { type InspectedOption, type InspectedSocket, inspectProcess, inspectSocket } from '../diag/inspect.js'
import { openProcessSocket } from '../diag.js'
import { invalidArgValue, type SystemError } from '../errors.js'
import { prepareChanges } from '../options/change.js'
import { type SocketOptions, setOptions } from '../options/index.js'
import type { SocketAddress } from '../sockaddr.js'
import { maxInt32, validateInteger } from '../validate.js'
import { type Paint, sayFitting } from './fit.js'
import { assignmentsOf } from './inspect/values.js'
import { type Finish, say, sayJson } from './print.js'

interface InspectFlags {
  readonly all?: boolean
  readonly json?: boolean
  readonly set?: readonly string[]
}

interface Target {
  readonly pid: number
  readonly fd: number | undefined
}

const reasons: Readonly<Record<string, string>> = {
  ESRCH: 'there is no such process',
  EPERM:
    'this process may not be traced: another user has it, or Yama forbids it (kernel.yama.ptrace_scope); it takes root, or CAP_SYS_PTRACE',
  EACCES: 'this process may not be looked into: another user has it; try as root',
  EBADF: 'the process has no such descriptor open',
  ENOTSOCK: 'the descriptor is no socket',
}

/** Words for an error that concerns the process; one that concerns an option names it already. */
function explained(error: unknown, { pid, fd }: Target): unknown {
  const { code, option } = error as SystemError
  const reason = option === undefined ? reasons[code] : undefined
  if (reason === undefined) return error
  return Object.assign(new Error(`${pid}${fd === undefined ? '' : `:${fd}`}: ${reason} (${code})`), { code })
}

function targetOf(text: string): Target {
  const [, pid, fd] = /^(\d+)(?::(\d+))?$/.exec(text) ?? []
  if (pid === undefined) throw invalidArgValue('target', text, 'must be a process, or one of its sockets as <pid>:<fd>')
  validateInteger(Number(pid), 'pid', 1, maxInt32)
  validateInteger(Number(fd ?? 0), 'fd', 0, maxInt32)
  return { pid: Number(pid), fd: fd === undefined ? undefined : Number(fd) }
}

function addressText(address: SocketAddress | undefined): string {
  if (!address) return ''
  if (address.path !== undefined) return pathText(address.path)
  return address.family === 'IPv6' ? `[${address.address}]:${address.port}` : `${address.address}:${address.port}`
}

function valueText(value: unknown): string {
  if (value === undefined) return '-'
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (Buffer.isBuffer(value)) return value.toString('hex')
  if (typeof value !== 'object' || value === null) return String(value)
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item))
}

function shownOptions({ options }: InspectedSocket, all: boolean): InspectedOption[] {
  return options.filter(({ differs, value }) => all || (differs && (typeof value !== 'object' || value === null)))
}

function saySocket(socket: InspectedSocket, all: boolean): void {
  const { fd, pid, entry, family, local, remote, unread } = socket
  const kind = entry ? `${entry.protocol} ${entry.state}` : (family ?? 'other family')
  const where = [addressText(local), addressText(remote)].filter((text) => text !== '').join(' → ')
  say(`${colors.bold(`${pid}:${fd}`)}  ${kind}  ${where}`)
  if (unread !== undefined) say(colors.yellow(`  its options cannot be read: ${unread}`))
  const chosen = shownOptions(socket, all)
  const rows = chosen.map(({ name, value, default: standard, access }) => {
    return [`  ${name}`, valueText(value), valueText(standard), access]
  })
  const paint: Paint = (text, row, column) => {
    return column === 2 || (column === 1 && !chosen[row]?.differs) ? colors.dim(text) : text
  }
  if (rows.length > 0) sayFitting(['  option', 'value', 'of a new socket', 'access'], rows, paint)
  say()
}

function jsonOf(socket: InspectedSocket, all: boolean) {
  return { ...socket, options: socket.options.filter(({ differs }) => all || differs) }
}

function setOn(pid: number, fd: number, values: SocketOptions): void {
  const socket = openProcessSocket(pid, fd)
  try {
    setOptions(socket, values)
  } finally {
    socket.close()
  }
}

function run(target: Target, { all = false, json, set }: InspectFlags): void {
  const { pid, fd } = target
  if (set) {
    if (fd === undefined) throw invalidArgValue('target', String(pid), 'must be one socket, as <pid>:<fd>, for --set')
    const values = assignmentsOf(set)
    prepareChanges(values)
    setOn(pid, fd, values)
  }
  const found = fd === undefined ? inspectProcess(pid) : [inspectSocket(pid, fd)]
  if (json) sayJson(found.map((socket) => jsonOf(socket, all)))
  else for (const socket of found) saySocket(socket, all)
  if (!json && found.length === 0) say('the process has no socket open')
}

/** `sockctl inspect`: the sockets of a running process, and their options, which can be set. */
export function inspectCommand(finish: Finish): Command {
  return new Command('inspect')
    .description('show the sockets of a running process and their options, and set options on one of them')
    .argument('<target>', 'a process, or one of its sockets: <pid> or <pid>:<fd>')
    .option('--all', 'every option that can be read, not only those that differ from a new socket')
    .option('--set <assignments...>', 'set options, as NAME=VALUE')
    .option('--json', 'print JSON')
    .action((text: string, flags: InspectFlags) => {
      const target = targetOf(text)
      try {
        run(target, flags)
      } catch (error) {
        const { code, message } = explained(error, target) as SystemError
        process.stderr.write(`sockctl: ${message}\n`)
        finish(code?.startsWith('ERR_INVALID_ARG') || code === 'ERR_OUT_OF_RANGE' ? 2 : 1)
      }
    })
}
