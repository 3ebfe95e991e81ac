// Writes docs/options.md from the option table, and the drawings of docs/closing.md from the states that were observed:
// node scripts/docs.mjs. With --check it writes nothing, and exits 1 when one of them is stale.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { table } from '../dist/options/table/index.js'
import { closingDiagrams } from './closing/diagrams.mjs'

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
  enum: 'integer',
  tos: 'integer, or a class of service by name (`TypeOfService`), which reads as its integer',
  timeval64: 'number',
  txtime: '`{ clock, deadline, reportErrors }`',
  meminfo: '`MemoryInfo`',
  gid_list: 'array of group ids',
  dmabuf_tokens: 'array of `{ start, count }`',
  cc_info: '`CongestionInfo`',
  fastopen_keys: 'array of one or two keys of 16 bytes',
  repair_options: '`{ maxSegment?, windowScale?, selectiveAcks?, timestamps? }`',
  repair_window: '`RepairWindow`',
  crypto_info: '`{ version, cipher, iv, key, salt, sequence }`',
  icmp_filter: 'array of types',
  icmp6_filter: 'array of types',
  ip6_mtuinfo: '`{ address, mtu }`',
  flowlabel: '`FlowLabelRequest`, read as `FlowLabel`',
  connection_info: '`ConnectionInfo`',
  xucred: '`{ uid, groups, pid? }`',
  accept_filter: '`{ name, argument? }`',
  tcp_stack: '`{ name, connections }`, set by `{ name }`',
  log_id: 'string',
  sockaddr_in6: 'IPv6 address, empty for none',
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

/** What the value is, by its names where it has such: on Linux, or on the system that has them. */
function formOf({ type, names }) {
  if (!names) return values[type]
  const numberText = (number) => {
    if (typeof number === 'number') return number
    return Object.entries(number)
      .map(([platform, own]) => (platform === 'linux' ? own : `${platforms[platform]} ${own}`))
      .join(', ')
  }
  const words = Object.entries(names).map(([name, number]) => `\`${name}\` (${numberText(number)})`)
  return `${words.join(', ')}, or another integer`
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

/** The systems that have an option, in words: `macOS and FreeBSD`. */
function systemsOf({ number }) {
  const names = Object.keys(platforms).filter((key) => number[key] !== undefined)
  return names
    .map((key) => platforms[key])
    .join(', ')
    .replace(/, (?=\w+$)/, ' and ')
}

function isForeign({ number }) {
  return number.linux === undefined
}

/** When an option is set; a control code is not. */
function useOf(entry) {
  if (entry.level === 'WSAIoctl') return ['- access: none, since it is a control code and no option']
  const access = { rw: 'read and write', ro: 'read', wo: 'write' }[entry.access]
  return [
    `- access: ${access}`,
    `- sockets: ${entry.sockets.join(', ')}`,
    `- set: ${entry.access === 'ro' ? 'never' : lateOf(entry)}`,
  ]
}

function numbersOf({ level, number }) {
  const text = (value) => (level === 'WSAIoctl' ? `0x${value.toString(16)}` : value)
  const known = Object.entries(platforms).filter(([key]) => number[key] !== undefined)
  return known.map(([key, label]) => `${label} ${text(number[key])}`).join(', ')
}

function entryText(name, entry, comment) {
  const mark = isForeign(entry) ? `**${systemsOf(entry)} only.** ` : ''
  const lines = [
    `### ${name}`,
    '',
    `${mark}${comment.replace(/\s+/g, ' ')}`,
    '',
    ...(isForeign(entry) ? [`- level: ${entry.level}`] : []),
    `- value: ${formOf(entry)}${entry.unit ? ` (${entry.unit})` : ''}${rangeOf(entry)}`,
    ...useOf(entry),
    ...(entry.privilege ? [`- privilege: ${entry.privilege}`] : []),
    `- number: ${numbersOf(entry)}`,
    `- source: ${entry.source}`,
    '',
  ]
  return lines.join('\n')
}

/** What stands below a heading of the page: rows of one level, or of one set of systems. */
function sectionText([title, rows], comments) {
  return [`## ${title}`, '', ...rows.map(([name, entry]) => entryText(name, entry, comments.get(name)))].join('\n')
}

/** GitHub's link to a heading. */
function linkTo(title) {
  return `[${title}](#${title
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-')})`
}

function groupBy(rows, titleOf) {
  const groups = new Map()
  for (const row of rows) groups.set(titleOf(row[1]), [...(groups.get(titleOf(row[1])) ?? []), row])
  return [...groups]
}

function headText(rows, sections) {
  const foreign = rows.filter(([, entry]) => isForeign(entry)).length
  return [
    '# Socket options',
    '',
    `The ${rows.length} options that sockctl knows by name. Linux has ${rows.length - foreign} of them, and they come first, by`,
    `level; the other ${foreign} are those of other systems alone, and on Linux using one is \`ERR_SOCKCTL_UNSUPPORTED\`. Those of`,
    'the level `WSAIoctl` are control codes, which are no options on any system: they are here so that their names are known.',
    '',
    '| options | number of them |',
    '|---|---|',
    ...sections.map(([title, { length }]) => `| ${linkTo(title)} | ${length} |`),
    '',
    'This page is generated from the table in `lib/options/table`; `npm run docs` writes it. Options that are not here can',
    'be read and set by number with `getRawOption` and `setRawOption`.',
    '',
  ].join('\n')
}

function pageText() {
  const comments = readComments()
  const rows = Object.entries(table)
  const missing = rows.filter(([name]) => !comments.has(name)).map(([name]) => name)
  if (missing.length > 0) throw new Error(`rows without a doc comment: ${missing.join(', ')}`)
  const own = rows.filter(([, entry]) => !isForeign(entry))
  const foreign = rows.filter(([, entry]) => isForeign(entry))
  // Those of one system come before those that several share.
  foreign.sort(([, one], [, other]) => Object.keys(one.number).length - Object.keys(other.number).length)
  const sections = [
    ...groupBy(own, ({ level }) => level),
    ...groupBy(foreign, (entry) => `Not on Linux: ${systemsOf(entry)}`),
  ]
  const parts = sections.map((section) => sectionText(section, comments))
  return `${[headText(rows, sections), ...parts].join('\n').trimEnd()}\n`
}

for (const [file, text] of [[page, pageText()], ...closingDiagrams()]) {
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    console.error(`${fileURLToPath(file)} is stale: run npm run docs`)
    process.exitCode = 1
  }
}
