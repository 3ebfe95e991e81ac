// Builds the package as it is published, installs it elsewhere, and uses it there.
import assert from 'node:assert'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outputOf, root, run, tool } from './tools.mjs'

const place = mkdtempSync(join(tmpdir(), 'sockctl-install-'))
const source = join(place, 'source')
const app = join(place, 'app')
const installed = join(app, 'node_modules', 'sockctl')
const binary = `prebuilds/${process.platform}-${process.arch}/sockctl.glibc.node`

const needed = [
  'package.json',
  'LICENSE',
  'README.md',
  'CHANGELOG.md',
  'bin/sockctl.js',
  'dist/index.js',
  binary,
  'docs/binding.md',
  'examples/rsh.mjs',
]
const allowed =
  /^(package\.json|LICENSE|README\.md|CHANGELOG\.md|bin\/sockctl\.js|assets\/watch\/page\.(html|css|js)|dist\/[\w/-]+\.(js|js\.map|d\.ts)|prebuilds\/[\w-]+\/[\w.]+\.node|docs\/[\w-]+\.md|docs\/images\/[\w-]+\.svg|examples\/[\w-]+\.mjs)$/

/** Opens a socket, on the binary that came with the package. */
const program = `
const socket = new BareSocket('ipv4')
setOption(socket, 'SO_REUSEADDR', true)
if (getOption(socket, 'SO_REUSEADDR') !== true) throw new Error('SO_REUSEADDR was not set')
socket.listen(1, { address: '127.0.0.1', port: 0 })
socket.close()
if (!readFileSync('/proc/self/maps', 'utf8').includes('${join(installed, binary)}')) throw new Error('other binary')
console.log(process.argv[1], 'works')
`

/** Copies what a checkout has; what it needs to build is linked. */
function copySource() {
  const left = /^(\.git|node_modules|build.*|dist|coverage)$/
  for (const name of readdirSync(root).filter((entry) => !left.test(entry) && entry !== 'prebuilds')) {
    cpSync(join(root, name), join(source, name), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(source, 'node_modules'))
}

function readManifest(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}

function pack() {
  const refused = spawnSync('npm', ['pack'], { cwd: source, encoding: 'utf8' })
  assert.notStrictEqual(refused.status, 0, 'npm pack went on without a binary')
  assert.match(refused.stderr, /npm run prebuild/)
  run('npm', ['run', 'prebuild'], { cwd: source })
  run('npm', ['pack', '--loglevel=warn'], { cwd: source })
  const [tarball] = readdirSync(source).filter((name) => name.endsWith('.tgz'))
  return join(source, tarball)
}

function checkFiles(tarball) {
  const files = outputOf('tar', ['-tf', tarball])
    .split('\n')
    .map((name) => name.replace('package/', ''))
    .sort()
  console.log(files.join('\n'))
  const lacking = needed.filter((name) => !files.includes(name))
  const odd = files.filter((name) => !allowed.test(name))
  assert.deepStrictEqual({ lacking, odd }, { lacking: [], odd: [] })
}

function install(tarball) {
  mkdirSync(app)
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', version: '1.0.0', private: true }))
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball], { cwd: app })
  const { packages } = readManifest(join(app, 'node_modules', '.package-lock.json'))
  const withScripts = Object.keys(packages).filter((name) => packages[name].hasInstallScript)
  assert.deepStrictEqual(withScripts, [], 'packages with install scripts')
  assert.strictEqual(readManifest(join(installed, 'package.json')).gypfile, false)
}

/** What a program can import. */
function entryPoints() {
  const { exports } = readManifest(join(installed, 'package.json'))
  const entries = Object.keys(exports).filter((entry) => entry !== './package.json')
  return entries.map((entry) => `sockctl${entry.slice(1)}`)
}

/** Checks the declarations themselves, which a program that skips that would take for `any` where they do not fit. */
function checkTypes() {
  const lines = entryPoints().map((name, index) => `import * as entry${index} from '${name}'\nvoid entry${index}`)
  writeFileSync(join(app, 'types.mts'), lines.join('\n'))
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false', '--noEmit']
  const language = ['--target', 'es2022', '--lib', 'es2022', '--module', 'node16']
  const node = ['--types', 'node', '--typeRoots', join(root, 'node_modules', '@types')]
  run(tool('tsc'), [...strict, ...language, ...node, 'types.mts'], { cwd: app })
}

/** Loads every entry point of the package, as ES modules do and as CommonJS does. */
function use() {
  const names = entryPoints()
  const imports = [
    ...names.map((name) => `import '${name}'`),
    "import { readFileSync } from 'node:fs'",
    "import { BareSocket, getOption, setOption } from 'sockctl'",
  ]
  const requires = [
    ...names.map((name) => `require('${name}')`),
    "const { readFileSync } = require('node:fs')",
    "const { BareSocket, getOption, setOption } = require('sockctl')",
  ]
  writeFileSync(join(app, 'imports.mjs'), imports.join('\n') + program)
  writeFileSync(join(app, 'requires.cjs'), requires.join('\n') + program)
  for (const file of ['imports.mjs', 'requires.cjs']) run(process.execPath, [file], { cwd: app })
  run(join(app, 'node_modules', '.bin', 'sockctl'), ['--help'], { cwd: app })
}

process.on('exit', () => rmSync(place, { recursive: true, force: true }))
copySource()
const tarball = pack()
checkFiles(tarball)
run(tool('publint'), ['run', tarball, '--strict'])
run(tool('attw'), [tarball, '--profile', 'esm-only'])
install(tarball)
checkTypes()
use()
