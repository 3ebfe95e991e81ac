import { spawn, spawnSync } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { AuditFinding, Explanation, SocketEntry } from '../../lib/diag.js'
import { BareSocket, setOption } from '../../lib/index.js'
import { built, isRoot, nobody } from '../support.js'

/** Becomes nobody, in a user namespace that has no other user and shows all of them as nobody. */
const alone = [
  ...[`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'],
  ...['unshare', '--user', `--map-user=${nobody}`],
]
const canBeAlone = isRoot && spawnSync('setpriv', [...alone, 'true']).status === 0

/** What nobody, alone, tells of a listener of root's whose descriptor he was handed. */
async function toldOf(port: number, fd: number) {
  const program = `
    import { auditListeners, explainAddressInUse, sockets } from '${built}diag.js'
    import { BareSocket, setOption } from '${built}index.js'
    const socket = new BareSocket('ipv4')
    setOption(socket, 'SO_REUSEPORT', true)
    let outcome = 'ok'
    const report = {
      explanation: explainAddressInUse({ address: '127.0.0.1', port: ${port}, reusePort: true }),
      entries: sockets({ protocol: 'tcp', localPort: ${port}, processes: true }),
      findings: auditListeners().filter(({ socket }) => socket.localPort === ${port}),
    }
    try { socket.bind({ address: '127.0.0.1', port: ${port} }) } catch ({ code }) { outcome = code }
    console.log(JSON.stringify({ ...report, outcome }))`
  const args = [...alone, process.execPath, '--input-type=module', '--eval', program]
  const child = spawn('setpriv', args, { stdio: ['ignore', 'pipe', 'inherit', fd] })
  return JSON.parse(await text(child.stdout as NonNullable<typeof child.stdout>)) as {
    explanation: Explanation
    entries: SocketEntry[]
    findings: AuditFinding[]
    outcome: string
  }
}

describe.skipIf(!canBeAlone)('in a user namespace (needs root, setpriv and unshare)', () => {
  test("a socket of a user whom it lacks is not taken for one's own", async () => {
    using socket = new BareSocket('ipv4')
    setOption(socket, 'SO_REUSEPORT', true)
    socket.listen(1, { address: '127.0.0.1' })
    const { explanation, entries, findings, outcome } = await toldOf(socket.address().port ?? 0, socket.fd)
    expect(outcome).toBe('EADDRINUSE')
    expect(explanation).toMatchObject({ free: 'unknown', causes: [{ kind: 'listener', reusePort: true }] })
    expect(explanation.causes[0]?.doubt).toMatch(/same user/)
    expect(entries).toMatchObject([{ uid: nobody, owners: [{ uid: nobody }] }])
    expect(entries[0]?.owners?.[0]).not.toHaveProperty('user')
    expect(findings.map(({ summary }) => summary).join()).toMatch(/user 65534 or one that this user namespace lacks/)
  })
})
