// Writes docs/options.md from the option table: node scripts/docs.mjs. With --check it writes nothing, and exits 1 when
// the page is stale.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import ts from 'typescript'
import { table } from '../dist/options/table/index.js'

const folder = new URL('../lib/options/table/', import.meta.url)
const page = new URL('../docs/options.md', import.meta.url)
const platforms = { linux: 'Linux', darwin: 'macOS', freebsd: 'FreeBSD', win32: 'Windows' }
const values = {
  flag: 'true or false',
  int: 'integer',
  unsigned: 'unsigned integer',
  ifindex: 'index of an interface',
  uint64: 'bigint',
  linger: '`{ on, seconds }`',
  timeval: 'number',
  string: 'string',
  bytes: 'bytes',
  tcp_info: '`TcpInfo`',
  ucred: '`{ pid, uid, gid }`',
  in_addr: 'IPv4 address',
  ip_mreqn: '`{ group, interface? }`',
  ip_mreq_source: '`{ group, source, interface? }`',
  ipv6_mreq: '`{ group, interface? }`',
  sockaddr: '`{ family, address, port }`',
  port_range: '`{ low, high }`',
  trigger: 'true',
  sock_fprog: 'array of `{ code, jt, jf, k }`',
  peer_sockaddr: '`{ family, address, port }`',
  so_timestamping: '`{ flags, bindPhc? }`',
  group_req: '`{ group, interface? }`',
  group_source_req: '`{ group, source, interface? }`',
  group_filter: '`{ group, interface?, mode, sources }`',
  ip_msfilter: '`{ group, interface?, mode, sources }`',
  tcp_md5sig: '`{ address, key }`',
  tcp_md5sig_ext: '`{ address, prefixLength?, interface?, key }`',
  tcp_ao_add: '`AoKey`',
  tcp_ao_del: '`AoKeyName`',
  tcp_ao_info_opt: '`AoInfo`',
  tcp_ao_getsockopt: '`{ count, first? }`',
  mptcp_info: '`MptcpInfo`',
  mptcp_full_info: '`MptcpFullInfo`',
  mptcp_tcp_infos: 'array of `TcpInfo`',
  mptcp_subflow_addrs: 'array of `{ local, remote }`',
}

/** The doc comment of each row, by the option's name. */
function readComments() {
  const comments = new Map()
  for (const name of readdirSync(folder)) {
    const text = readFileSync(new URL(name, folder), 'utf8')
    const source = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true)
    const visit = (node) => {
      const [comment] = ts.isPropertyAssignment(node) ? ts.getJSDocCommentsAndTags(node) : []
      if (comment) comments.set(node.name.text, ts.getTextOfJSDocComment(comment.comment))
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  return comments
}

function rangeOf({ range }) {
  return range ? `, ${range[0]} to ${range[1]}` : ''
}

function lateOf({ before, late }) {
  if (before === undefined) return 'at any time'
  const deadline = before === 'port' ? 'before the port is chosen' : `before ${before}()`
  if (late === undefined) return `${deadline}; refused afterwards`
  if (typeof late === 'string') return `${deadline}; later it ${late}`
  const kinds = Object.entries(late).map(([kind, effect]) => `on ${kind} it ${effect}`)
  return `${deadline}; refused afterwards, but ${kinds.join(', ')}`
}

function entryText(name, entry, comment) {
  const numbers = Object.entries(platforms).filter(([key]) => entry.number[key] !== undefined)
  const lines = [
    `### ${name}`,
    '',
    comment.replace(/\s+/g, ' '),
    '',
    `- value: ${values[entry.type]}${entry.unit ? ` (${entry.unit})` : ''}${rangeOf(entry)}`,
    `- access: ${{ rw: 'read and write', ro: 'read', wo: 'write' }[entry.access]}`,
    `- sockets: ${entry.sockets.join(', ')}`,
    `- set: ${entry.access === 'ro' ? 'never' : lateOf(entry)}`,
    ...(entry.privilege ? [`- privilege: ${entry.privilege}`] : []),
    `- number: ${numbers.map(([key, label]) => `${label} ${entry.number[key]}`).join(', ')}`,
    `- source: ${entry.source}`,
    '',
  ]
  return lines.join('\n')
}

function pageText() {
  const comments = readComments()
  const names = Object.keys(table)
  const missing = names.filter((name) => !comments.has(name))
  if (missing.length > 0) throw new Error(`rows without a doc comment: ${missing.join(', ')}`)
  const levels = [...new Set(names.map((name) => table[name].level))]
  const parts = levels.map((level) => {
    const rows = names.filter((name) => table[name].level === level)
    return [`## ${level}`, '', ...rows.map((name) => entryText(name, table[name], comments.get(name)))].join('\n')
  })
  const head = [
    '# Socket options',
    '',
    `The ${names.length} options that sockctl knows by name. This page is generated from the table in`,
    '`lib/options/table`; `npm run docs` writes it. Options that are not here can be read and set by number with',
    '`getRawOption` and `setRawOption`.',
    '',
  ].join('\n')
  return `${[head, ...parts].join('\n').trimEnd()}\n`
}

const text = pageText()
if (!process.argv.includes('--check')) writeFileSync(page, text)
else if (readFileSync(page, 'utf8') !== text) {
  console.error('docs/options.md is stale: run npm run docs')
  process.exitCode = 1
}
