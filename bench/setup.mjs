import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

/** The C programs, compiled. */
export const loopProgram = here('build/loop')
export const plainProgram = here('build/plain')
export const remnantsProgram = here('build/remnants')

const programs = [
  { program: loopProgram, source: here('options/loop.c') },
  { program: plainProgram, source: here('sockets/plain.c') },
  { program: remnantsProgram, source: here('sockets/remnants.c') },
]

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

/** Installs what the benchmarks need and builds it, unless that was done before. */
export function prepare() {
  if (!existsSync(here('../dist/index.js'))) throw new Error('the library is not built: npm run build')
  if (isStale(here('node_modules/.package-lock.json'), here('package-lock.json'))) {
    run('Installing the peers', 'npm', 'ci', '--no-fund', '--no-audit')
  }
  if (isStale(here('build/Release/bare.node'), here('binding.gyp'), here('options/bare.c'))) {
    run('Building the bare function', 'npm', 'run', '--silent', 'build:bare')
  }
  for (const { program, source } of programs) {
    if (!isStale(program, source)) continue
    mkdirSync(here('build'), { recursive: true })
    run('Building a C program', 'cc', '-O2', '-o', program, source)
  }
}
