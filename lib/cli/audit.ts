import { Command } from 'commander'
import colors from 'picocolors'
import { shown } from '../diag/explain/words.js'
import { type AuditFinding, auditListeners, type Severity, type Takeover } from '../diag.js'
import { sayFitting } from './fit.js'
import { type Finish, say, sayJson } from './print.js'

const head = ['risk', 'protocol', 'address', 'state', 'owner', 'reuse', 'equal', 'specific', 'IPv4']
const order: readonly Severity[] = ['high', 'medium', 'unknown', 'low', 'none']

const paint: Readonly<Record<Severity, (text: string) => string>> = {
  high: colors.red,
  medium: colors.yellow,
  unknown: colors.magenta,
  low: colors.cyan,
  none: colors.dim,
}

function addressOf({ socket }: AuditFinding): string {
  const { family, localAddress, localPort } = socket
  const device = socket.interface === undefined ? '' : `%${socket.interface}`
  return family === 'ipv6' ? `[${localAddress}${device}]:${localPort}` : `${localAddress}${device}:${localPort}`
}

function ownerOf({ socket: { owners = [], uid } }: AuditFinding): string {
  const [first, ...more] = owners
  if (!first) return uid === undefined ? '?' : `uid ${uid}`
  return `${shown(first.command)} ${first.pid}/${first.user ?? first.uid ?? uid}${more.length > 0 ? ` +${more.length}` : ''}`
}

function reuseOf({ reuseAddress, reusePort }: AuditFinding): string {
  if (reuseAddress === undefined) return '?'
  return [reuseAddress ? 'ADDR' : '', reusePort ? 'PORT' : ''].filter((text) => text !== '').join(' ') || '-'
}

function wayOf(takeovers: readonly Takeover[], bind: Takeover['bind']): string {
  const way = takeovers.find((one) => one.bind === bind)
  if (!way) return ''
  return way.by === 'unknown' ? `${way.atMost}?` : way.by
}

function rowOf(finding: AuditFinding): string[] {
  const { socket, severity, takeovers } = finding
  const ways = (['equal', 'specific', 'ipv4'] as const).map((bind) => wayOf(takeovers, bind))
  const name = [socket.protocol, addressOf(finding), socket.state, ownerOf(finding), reuseOf(finding)]
  return [severity, ...name, ...ways]
}

function sayFindings(findings: readonly AuditFinding[]): void {
  if (findings.length === 0) say('no socket listens or is bound here')
  else {
    sayFitting(head, findings.map(rowOf), (text, row, column) => {
      const severity = findings[row]?.severity
      return column === 0 && severity ? paint[severity](text) : text
    })
  }
  for (const finding of findings.filter(({ severity }) => severity !== 'none')) {
    say()
    say(`${colors.bold(`${finding.socket.protocol} ${addressOf(finding)}`)}  ${finding.summary}`)
    if (finding.advice !== undefined) say(`  ${finding.advice}`)
  }
}

/** Whether somebody is known to be able to take what is sent to a socket. */
function canBeTaken({ takeovers }: AuditFinding): boolean {
  return takeovers.some(({ by, takes }) => (by === 'any user' || by === 'same user') && takes !== 'a copy')
}

/** `sockctl audit`: who could take the traffic of the sockets that wait for it. */
export function auditCommand(finish: Finish): Command {
  return new Command('audit')
    .description('tell whose traffic a second bind to the same port could take, and who could do it')
    .option('--json', 'print JSON')
    .action(({ json }: { json?: boolean }) => {
      const findings = auditListeners().sort(
        (one, other) => order.indexOf(one.severity) - order.indexOf(other.severity),
      )
      if (json) sayJson(findings)
      else sayFindings(findings)
      if (findings.some(canBeTaken)) finish(1)
    })
}
