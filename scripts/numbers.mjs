// Checks the numbers of the option table against the C headers: node scripts/numbers.mjs [folder of the compiled table].
// The compiler is $CXX or c++; its target decides which system's numbers are checked. Exits 1 on a wrong number.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

// Headers of one unit go together; <netinet/in.h> and <linux/in.h>, say, do not.
const bsd = [['sys/types.h', 'sys/socket.h', 'netinet/in.h', 'netinet/tcp.h', 'netinet/udp.h']]
const systems = {
  linux: {
    macro: '__linux__',
    units: [
      ['sys/types.h', 'sys/socket.h', 'netinet/in.h', 'netinet/tcp.h', 'netinet/udp.h'],
      ['sys/types.h', 'asm/socket.h', 'linux/in.h', 'linux/in6.h', 'linux/tcp.h', 'linux/udp.h'],
      ['sys/types.h', 'linux/netfilter_ipv4.h', 'linux/netfilter_ipv6/ip6_tables.h'],
      ['sys/types.h', 'sys/socket.h', 'linux/mptcp.h'],
    ],
  },
  darwin: { macro: '__APPLE__', defines: ['__APPLE_USE_RFC_3542'], units: bsd },
  freebsd: { macro: '__FreeBSD__', units: bsd },
  win32: { macro: '_WIN32', units: [['winsock2.h', 'ws2tcpip.h', 'mswsock.h', 'mstcpip.h']] },
}
// A 32-bit C library with 64-bit times calls other numbers by these names; the table has the older ones, which stay.
const timed = new Set(['SO_RCVTIMEO', 'SO_SNDTIMEO', 'SO_TIMESTAMP', 'SO_TIMESTAMPNS'])
const protocols = { IPPROTO_IP: 0, IPPROTO_TCP: 6, IPPROTO_UDP: 17, IPPROTO_IPV6: 41 }

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

const helpers = ['filter', 'reuseport', 'peer', 'authentication', 'multicast', 'mptcp']

async function readTable(folder) {
  const modules = ['socket', 'tcp', 'ip', 'ipv6', 'udp', ...helpers].map(async (name) => {
    const module = await import(pathToFileURL(resolve(folder, `${name}.js`)).href)
    return Object.entries(module[`${name}Options`])
  })
  return (await Promise.all(modules)).flat()
}

const folder = process.argv[2] ?? fileURLToPath(new URL('../dist/options/table', import.meta.url))
const table = await readTable(folder)
const target = macros('')
const [platform, { units, defines = [] }] = Object.entries(systems).find(([, { macro }]) => target.has(macro)) ?? [
  undefined,
  {},
]
if (!platform) throw new Error(`${command} is for a system that the table does not know`)

const rows = table.flatMap(([name, { number }]) => (platform in number ? [[name, number[platform]]] : []))
const levels = Object.entries({ SOL_SOCKET: platform === 'linux' ? 1 : 0xffff, SOL_MPTCP: 284, ...protocols })
const known = new Set()
const failures = []

for (const headers of units) {
  const source = [...defines.map((name) => `#define ${name} 1\n`), ...headers.map(include)].join('')
  for (const name of macros(source)) known.add(name)
  const asserts = [...rows, ...levels].map(([name, number]) => check(name, number))
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

const unknown = rows.filter(([name]) => !known.has(name)).map(([name]) => name)
console.log(
  `${platform}: ${rows.length - unknown.length} of ${rows.length} numbers and ${levels.length} levels checked`,
)
if (unknown.length > 0) console.log(`in no header here: ${unknown.join(', ')}`)
if (failures.length > 0) {
  console.error(failures.join('\n'))
  process.exitCode = 1
}
