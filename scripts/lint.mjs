// Checks all sources and writes none.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { root, succeeds, tool } from './tools.mjs'

const require = createRequire(import.meta.url)
const sources = readdirSync(join(root, 'src')).map((name) => `src/${name}`)

/** The compiler's arguments, with Node's headers from a package: the machine's own may be of another version. */
function compilerArguments() {
  const [target] = JSON.parse(readFileSync(join(root, 'binding.gyp'), 'utf8')).targets
  const headers = ['node-addon-api', 'node-api-headers'].map((name) => require(name).include_dir)
  return [
    ...target.cflags_cc.filter((flag) => flag.startsWith('-std=')),
    ...target.defines.map((define) => `-D${define}`),
    ...headers.flatMap((folder) => ['-isystem', folder]),
  ]
}

function installed(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0
}

function clangTidy() {
  const command = ['clang-tidy', 'clang-tidy-14'].find(installed)
  if (!command) {
    console.log('clang-tidy is not installed: skipped')
    return process.env.CI !== 'true'
  }
  const files = sources.filter((name) => name.endsWith('.cc'))
  const each = [command, '--quiet', '{}', '--', ...compilerArguments()]
  const stdio = ['pipe', 'inherit', 'inherit']
  return succeeds('xargs', ['-I{}', `-P${availableParallelism()}`, ...each], { input: files.join('\n'), stdio })
}

const checks = {
  biome: () => succeeds(tool('biome'), ['check', '--error-on-warnings']),
  'clang-format': () => succeeds(tool('clang-format'), ['--dry-run', '-Werror', ...sources]),
  'clang-tidy': clangTidy,
}

const failed = Object.keys(checks).filter((name) => {
  console.log(`# ${name}`)
  return !checks[name]()
})
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(', ')}`)
  process.exitCode = 1
}
