import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

/** The C loop, compiled. */
export const loopProgram = here('build/loop')

function isStale(product, ...sources) {
  if (!existsSync(product)) return true
  const { mtimeMs } = statSync(product)
  return sources.some((source) => statSync(source).mtimeMs > mtimeMs)
}

function run(why, command, ...args) {
  console.error(`${why}: ${command} ${args.join(' ')}`)
  // What they print is no result: standard output is left to --json.
  const { status, error } = spawnSync(command, args, { cwd: here('.'), stdio: ['ignore', 2, 2] })
  if (error || status !== 0) throw new Error(`${command} failed`, { cause: error })
}

/** Sees to it that there is a library to measure. */
export function requireLibrary() {
  if (!existsSync(here('../dist/index.js'))) throw new Error('the library is not built: npm run build:lib')
}

/** Compiles a C program of one file, unless that was done before, and gives its path. */
export function compile(name, source) {
  const program = here(`build/${name}`)
  if (isStale(program, here(source))) {
    mkdirSync(here('build'), { recursive: true })
    run(`Building ${source}`, 'cc', '-O2', '-o', program, here(source))
  }
  return program
}

/** Installs a Node.js of another version, unless that was done before, and gives its path. */
export function installNode(version) {
  const folder = here(`build/node-${version}`)
  const binary = `${folder}/node_modules/node/bin/node`
  if (existsSync(binary)) return binary
  mkdirSync(folder, { recursive: true })
  // A package of its own, so that npm does not look further up for one.
  writeFileSync(`${folder}/package.json`, '{ "private": true }')
  const spec = `node@npm:node-linux-${process.arch}@${version}`
  const quiet = ['--ignore-scripts', '--no-save', '--no-audit', '--no-fund']
  run(`Installing Node.js ${version}`, 'npm', 'install', '--prefix', folder, ...quiet, spec)
  return binary
}

/** The C programs of the benchmark of sockets, compiled by prepare(). */
export const plainProgram = here('build/plain')
export const remnantsProgram = here('build/remnants')

/** Installs what the benchmarks with peers from packages need and builds it, unless that was done before. */
export function prepare() {
  requireLibrary()
  if (isStale(here('node_modules/.package-lock.json'), here('package-lock.json'))) {
    run('Installing the peers', 'npm', 'ci', '--no-fund', '--no-audit')
  }
  if (isStale(here('build/Release/bare.node'), here('binding.gyp'), here('options/bare.c'))) {
    run('Building the bare function', 'npm', 'run', '--silent', 'build:bare')
  }
  compile('loop', 'options/loop.c')
  compile('plain', 'sockets/plain.c')
  compile('remnants', 'sockets/remnants.c')
}
