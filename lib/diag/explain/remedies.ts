import { destroysOrphans } from '../destroy.js'
import { endRefusal } from '../release/process.js'
import type { Cause, CauseKind, CauseOwner } from './cause.js'
import type { Advice, AdviceKind } from './explanation.js'
import type { Attempt } from './query.js'
import { pathText, programOf, timeText } from './words.js'

/** What one thing to do is, about a cause; undefined where it does not help. */
export type Say = (cause: Cause, attempt: Attempt) => Advice | undefined

function always(kind: AdviceKind, text: string): Say {
  return () => ({ kind, text })
}

/** How long to wait. */
export function waitText(ms: number): string {
  return `Wait ${timeText(ms)}: then it is gone by itself.`
}

const wait: Say = ({ untilMs }) => (untilMs === undefined ? undefined : { kind: 'wait', text: waitText(untilMs) })

const probe: Say = ({ blocks }) =>
  blocks === 'unknown'
    ? { kind: 'probe', text: 'Ask again with a probe, which binds for a moment and so finds out.' }
    : undefined

const reuseAddress: Say = (cause, attempt) => {
  if (attempt.reuseAddress === true || cause.reuseAddress === false) return undefined
  const isListener = cause.sockets.some(({ state, protocol }) => protocol === 'tcp' && state === 'LISTEN')
  if (isListener || attempt.protocol === 'udp') return undefined
  const condition = cause.reuseAddress === true ? 'it has it too' : 'it helps if the other socket had it too'
  return {
    kind: 'reuse-address',
    text: `Set SO_REUSEADDR before bind, as listen() of sockctl and Node do: ${condition}.`,
  }
}

function nameOf(owner: CauseOwner): string {
  return `${programOf(owner)} (pid ${owner.pid})`
}

const endProcess: Say = ({ owners, sockets }) => {
  const others = owners.filter(({ pid }) => pid !== process.pid)
  if (others.length === 0) return undefined
  const who = others.map(nameOf).join(', ')
  // The sockets of another network namespace are not listed.
  if (sockets.length === 0)
    return { kind: 'end-process', text: `Ask ${who} to end; sockctl free does so only where its network namespace is.` }
  const [spared] = others.filter((owner) => endRefusal(owner) !== undefined)
  const how = spared
    ? `leaves ${others.length === 1 ? 'it' : nameOf(spared)} alone: ${endRefusal(spared)}`
    : 'does so with SIGTERM, after a question'
  return { kind: 'end-process', text: `Ask ${who} to end; sockctl free ${how}.` }
}

const seeOwner: Say = ({ owners, sockets }) => {
  if (owners.length > 0 || !sockets.some(({ inode, ownersComplete }) => inode !== 0 && ownersComplete === false))
    return undefined
  const text =
    process.geteuid?.() === 0
      ? 'Ask again from the host, or with /proc: whose it is cannot be seen from here.'
      : 'Ask again as root: whose it is cannot be seen by this user.'
  return { kind: 'see-owner', text }
}

const close: Say = ({ owners }) =>
  owners.some(({ pid }) => pid === process.pid)
    ? { kind: 'close', text: 'Close the socket: this very process has it open.' }
    : undefined

const otherPort = always('other-port', "Take another port, or port 0 for one of the kernel's choice.")
const otherAddress = always('other-address', 'Bind to a specific address that nobody has, if one will do.')
const destroy = always('destroy-remnant', 'Remove the remnant with sockctl free, which takes CAP_NET_ADMIN.')
const waitForPeer = always(
  'wait',
  'Wait until the peer has acknowledged it, or the kernel gives up (tcp_orphan_retries).',
)
const destroyOrphan: Say = () =>
  destroysOrphans()
    ? {
        kind: 'destroy-orphan',
        text: 'Throw away what it still has to send: sockctl free does so, after a question, with CAP_NET_ADMIN.',
      }
    : undefined
const keep = always('keep-connections', 'Keep connections and use them again, instead of making one for each request.')
const late = always('late-port', 'Set IP_BIND_ADDRESS_NO_PORT where a local address is given without a port.')
const sources = always(
  'source-addresses',
  'Connect from several source addresses: each has ports of its own to a peer.',
)
const widen = always('port-range', 'Widen net.ipv4.ip_local_port_range, which takes root.')
const latePort = [keep, late, sources, widen]

const live = [probe, seeOwner, wait, reuseAddress, otherPort, close, endProcess]
const remnant = [probe, wait, reuseAddress, otherPort, destroy]

/** What can be done about each kind of cause. */
export const remedies: Readonly<Record<CauseKind, readonly Say[]>> = {
  listener: live,
  bound: live,
  datagram: live,
  connection: live,
  orphan: [probe, waitForPeer, reuseAddress, otherPort, destroyOrphan],
  'time-wait': remnant,
  'time-wait-without-reuse': remnant,
  'fin-wait-2': remnant,
  wildcard: [...live, otherAddress],
  'dual-stack': [
    ...live,
    always('ipv6-only', 'Set IPV6_V6ONLY on the IPv6 socket (`ipv6Only`), so that each family has its own.'),
  ],
  'other-user-group': [...live, always('same-user', 'Run as the user who made the group: no other user may join it.')],
  'live-path': [
    seeOwner,
    always('connect-instead', 'Connect to it, if it is the server that is wanted.'),
    always('other-path', 'Take another path.'),
    close,
    endProcess,
  ],
  'stale-path': [
    always('other-path', 'Take another path.'),
    ({ blocks }, { path = '' }) =>
      blocks === true ? { kind: 'unlink', text: `Remove the file ${pathText(path)}; sockctl free does.` } : undefined,
  ],
  'not-a-socket': [always('other-path', 'Take another path: the file is no socket, and may be of value.')],
  'path-denied': [
    always('other-path', 'Take a path in a folder that is yours, such as $XDG_RUNTIME_DIR.'),
    always('permission', 'Have the permissions changed, or run as the user who has them.'),
  ],
  'path-missing': [always('other-path', 'Make the folder, or take a path in one that is there.')],
  'four-tuple': [
    wait,
    otherPort,
    always('other-address', 'Connect from another local address, or to another one of the peer.'),
    ({ untilMs }, attempt) => (untilMs === undefined ? undefined : destroy({} as Cause, attempt)),
    close,
  ],
  'ephemeral-range': latePort,
  'no-source-address': [
    always('other-family', 'Connect to an address of the other family: `localhost` often has both.'),
    always('other-address', 'Give an interface an address of that family.'),
  ],
  'privileged-port': [
    probe,
    always('other-port', 'Take a port that needs no privilege, and let a proxy or the firewall pass the other one on.'),
    always('port-range', 'Lower net.ipv4.ip_unprivileged_port_start, which takes root, once.'),
    always('capability', 'Give the process CAP_NET_BIND_SERVICE: AmbientCapabilities= of systemd, or setcap.'),
  ],
  'address-not-local': [
    always('other-address', 'Bind to an address of this host, or to the wildcard address.'),
    always('free-bind', 'Set IP_FREEBIND before bind where the address is to come later.'),
  ],
  'address-tentative': [
    always('wait', 'Wait until the check is over, a second or two.'),
    always('free-bind', 'Set IP_FREEBIND (IPV6_FREEBIND) before bind.'),
  ],
  'zone-missing': [always('other-address', 'Give the interface with the address: fe80::1%eth0.')],
  'reserved-ports': [
    probe,
    always('wait', 'Wait for remnants to go, 60 seconds at most.'),
    always('keep-connections', 'Close connections so that the peer keeps the remnant, or abort them.'),
    always('reuse-address', 'Set SO_REUSEADDR: a port then serves several peers, and connect tells of a clash.'),
  ],
  policy: [always('permission', 'Look at security modules, firewall rules and eBPF programs: they refuse so.')],
  unseen: [always('other-port', 'Take another port.')],
  nothing: [always('try', 'Bind: nothing is in the way.')],
}
