// Checks the numbers of the option table against the C headers: node scripts/numbers.mjs [folder of the compiled table].
// The compiler is $CXX or c++; its target decides which system's numbers are checked. Exits 1 on a wrong number.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

// Headers of one unit go together; <netinet/in.h> and <linux/in.h>, say, do not.
const bsd = [['sys/types.h', 'sys/socket.h', 'sys/un.h', 'netinet/in.h', 'netinet/tcp.h', 'netinet/udp.h']]
const systems = {
  linux: {
    macro: '__linux__',
    units: [
      ['sys/types.h', 'sys/socket.h', 'netinet/in.h', 'netinet/tcp.h', 'netinet/udp.h'],
      ['sys/types.h', 'asm/socket.h', 'linux/in.h', 'linux/in6.h', 'linux/tcp.h', 'linux/udp.h'],
      ['sys/types.h', 'linux/socket.h'],
      ['sys/types.h', 'linux/netfilter_ipv4.h', 'linux/netfilter_ipv6/ip6_tables.h'],
      ['sys/types.h', 'linux/icmp.h', 'linux/icmpv6.h', 'linux/tls.h'],
      ['sys/types.h', 'sys/socket.h', 'linux/mptcp.h'],
    ],
    layouts: 'layouts-linux.cc',
  },
  darwin: { macro: '__APPLE__', defines: ['__APPLE_USE_RFC_3542 1'], units: bsd, layouts: 'layouts-darwin.cc' },
  freebsd: { macro: '__FreeBSD__', units: bsd, layouts: 'layouts-freebsd.cc' },
  win32: {
    macro: '_WIN32',
    // All that the headers have, and the wide form of what has two.
    defines: ['_WIN32_WINNT 0x0A00', 'NTDDI_VERSION 0x0A00000C', 'UNICODE 1'],
    units: [['winsock2.h', 'ws2tcpip.h', 'mswsock.h', 'mstcpip.h', 'afunix.h']],
  },
}
// A 32-bit C library with 64-bit times calls other numbers by these names; the table has the older ones, which stay.
const timed = new Set(['SO_RCVTIMEO', 'SO_SNDTIMEO', 'SO_TIMESTAMP', 'SO_TIMESTAMPNS'])
const protocols = { IPPROTO_IP: 0, IPPROTO_TCP: 6, IPPROTO_UDP: 17, IPPROTO_IPV6: 41, IPPROTO_ICMPV6: 58 }
const ownLevels = {
  linux: { SOL_RAW: 255, SOL_TLS: 282 },
  darwin: { SOL_LOCAL: 0 },
  freebsd: { SOL_LOCAL: 0 },
}

// What the headers call the values that have names in the table.
const macrosOf = {
  IP_MTU_DISCOVER: (word) => `IP_PMTUDISC_${word.toUpperCase()}`,
  IPV6_MTU_DISCOVER: (word) => `IPV6_PMTUDISC_${word.toUpperCase()}`,
  TCP_REPAIR: (word) => ({ off: 'TCP_REPAIR_OFF', on: 'TCP_REPAIR_ON', silent: 'TCP_REPAIR_OFF_NO_WP' })[word],
  SO_BUF_LOCK: (word) => ({ send: 'SOCK_SNDBUF_LOCK', receive: 'SOCK_RCVBUF_LOCK', both: 'SOCK_BUF_LOCK_MASK' })[word],
  UDP_ENCAP: (word) => ({ esp: 'UDP_ENCAP_ESPINUDP', l2tp: 'UDP_ENCAP_L2TPINUDP', rxrpc: 'UDP_ENCAP_RXRPC' })[word],
}

const [command, ...words] = (process.env.CXX?.trim() || 'c++').split(/\s+/)

function compile(source, ...options) {
  const folder = mkdtempSync(join(tmpdir(), 'sockctl-numbers-'))
  try {
    const file = join(folder, 'numbers.cc')
    writeFileSync(file, source)
    // Into a file, not -fsyntax-only: zig's compiler fails without an output.
    const args = [...words, '-std=c++17', ...options, file, '-o', join(folder, 'output')]
    const { error, status, stderr } = spawnSync(command, args, { encoding: 'utf8' })
    if (error) throw error
    return { failed: status !== 0, stderr, output: status === 0 ? readFileSync(join(folder, 'output'), 'latin1') : '' }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function macros(source) {
  const { failed, output, stderr } = compile(source, '-E', '-dM')
  if (failed) throw new Error(`${command} cannot read the headers:\n${stderr}`)
  return new Set(Array.from(output.matchAll(/^#define (\w+)/gm), ([, name]) => name))
}

function include(header) {
  return `#if __has_include(<${header}>)\n#include <${header}>\n#endif\n`
}

function check(name, number) {
  const holds = `${name} == ${number}${timed.has(name) ? ' || sizeof(time_t) > sizeof(long)' : ''}`
  return `#ifdef ${name}\nstatic_assert(${holds}, "${name} is not ${number}");\n#endif\n`
}

async function readTable(folder) {
  const { table } = await import(pathToFileURL(resolve(folder, 'index.js')).href)
  return Object.entries(table)
}

const folder = process.argv[2] ?? fileURLToPath(new URL('../dist/options/table', import.meta.url))
const table = await readTable(folder)
const target = macros('')
const [platform, { units, defines = [], layouts }] = Object.entries(systems).find(([, { macro }]) =>
  target.has(macro),
) ?? [undefined, {}]
if (!platform) throw new Error(`${command} is for a system that the table does not know`)

function namedValues([option, { number, names }]) {
  if (!(platform in number) || !(option in macrosOf)) return []
  return Object.entries(names).flatMap(([word, value]) => {
    const here = typeof value === 'number' ? value : value[platform]
    const macro = macrosOf[option](word)
    return macro === undefined || here === undefined ? [] : [[macro, here]]
  })
}

const rows = table.flatMap(([name, { number }]) => (platform in number ? [[name, number[platform]]] : []))
const levels = Object.entries({
  SOL_SOCKET: platform === 'linux' ? 1 : 0xffff,
  ...protocols,
  ...ownLevels[platform],
})
const values = table.flatMap(namedValues)
const known = new Set()
const failures = []

for (const headers of units) {
  const source = [...defines.map((define) => `#define ${define}\n`), ...headers.map(include)].join('')
  for (const name of macros(source)) known.add(name)
  const asserts = [...rows, ...levels, ...values].map(([name, number]) => check(name, number))
  const { failed, stderr } = compile(source + asserts.join(''), '-c')
  if (failed) failures.push(`with <${headers.join('>, <')}>:\n${stderr}`)
}

// Some headers have the protocols as enumerators alone, which #ifdef does not see.
const enumerators = levels.filter(([name]) => name in protocols && !known.has(name))
if (enumerators.length > 0) {
  const asserts = enumerators.map(
    ([name, number]) => `static_assert(${name} == ${number}, "${name} is not ${number}");\n`,
  )
  const { failed, stderr } = compile(units[0].map(include).join('') + asserts.join(''), '-c')
  if (failed) failures.push(stderr)
}

const structures = layouts ? readFileSync(new URL(layouts, import.meta.url), 'utf8') : ''
const places = structures.match(/^static_assert/gm)?.length ?? 0
if (places > 0) {
  const { failed, stderr } = compile(structures, '-c')
  if (failed) failures.push(stderr)
}

const unknown = rows.filter(([name]) => !known.has(name)).map(([name]) => name)
const checkedValues = values.filter(([name]) => known.has(name))
console.log(
  `${platform}: ${rows.length - unknown.length} of ${rows.length} numbers, ${levels.length} levels, ` +
    `${checkedValues.length} named values and ${places} places in structures checked`,
)
if (unknown.length > 0) console.log(`in no header here: ${unknown.join(', ')}`)
if (failures.length > 0) {
  console.error(failures.join('\n'))
  process.exitCode = 1
}
