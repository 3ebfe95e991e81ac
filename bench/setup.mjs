import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, statSync } from 'node:fs'
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

/** Installs what the benchmark of options needs and builds it, unless that was done before. */
export function prepare() {
  requireLibrary()
  if (isStale(here('node_modules/.package-lock.json'), here('package-lock.json'))) {
    run('Installing the peers', 'npm', 'ci', '--no-fund', '--no-audit')
  }
  if (isStale(here('build/Release/bare.node'), here('binding.gyp'), here('options/bare.c'))) {
    run('Building the bare function', 'npm', 'run', '--silent', 'build:bare')
  }
  compile('loop', 'options/loop.c')
}
