import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder of the examples, next to a node_modules that has the package as it is published. */
    examples: string
  }
}

const root = join(import.meta.dirname, '..', '..')

/** Packs the package with the binary that was built here in the place of a prebuilt one, and gives the tarball. */
function pack(place: string): string {
  const source = join(place, 'source')
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { files: string[] }
  for (const name of ['package.json', ...files.filter((pattern) => !/[!*]/.test(pattern))]) {
    cpSync(join(root, name), join(source, name), { recursive: true })
  }
  const binary = join('prebuilds', `${process.platform}-${process.arch}`, 'sockctl.glibc.node')
  cpSync(join(root, 'build', 'Release', 'sockctl.node'), join(source, binary))
  // npm writes its logs, and whoever runs the tests may have no home.
  const env = { ...process.env, LD_PRELOAD: '', npm_config_cache: join(place, 'cache') }
  const name = execFileSync('npm', ['pack', '--ignore-scripts', '--silent'], { cwd: source, env, encoding: 'utf8' })
  return join(source, name.trim())
}

/** Unpacks the package among what it, and the examples, depend on. */
function install(tarball: string, app: string): void {
  const modules = join(app, 'node_modules')
  const own = join(modules, 'sockctl')
  mkdirSync(own, { recursive: true })
  execFileSync('tar', ['-xf', tarball, '-C', own, '--strip-components=1', '--no-same-owner'])
  const others = readdirSync(join(root, 'node_modules')).filter((name) => !name.startsWith('.') && name !== 'sockctl')
  for (const name of others) symlinkSync(join(root, 'node_modules', name), join(modules, name))
}

/** Gives the tests a folder with the examples and the package, once for all of them, and removes it. */
export default function setup(project: TestProject): () => void {
  const place = mkdtempSync(join(tmpdir(), 'sockctl-examples-'))
  // Some tests run them as another user.
  chmodSync(place, 0o755)
  const remove = () => rmSync(place, { recursive: true, force: true })
  try {
    const app = join(place, 'app')
    install(pack(place), app)
    cpSync(join(root, 'examples'), join(app, 'examples'), { recursive: true })
    project.provide('examples', join(app, 'examples'))
  } catch (error) {
    remove()
    throw error
  }
  return remove
}
