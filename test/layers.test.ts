import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', 'lib')

/** The subjects of lib/, from the bottom up: a file imports from its own row or from one below. */
const rows: readonly (readonly string[])[] = [
  ['native', 'errors', 'handle', 'validate', 'platform', 'root', 'ipaddress', 'sockaddr'],
  ['options'],
  ['sockets'],
  ['diag'],
  ['adopt'],
  ['handover', 'net'],
  ['rsh'],
  ['index'],
  ['cli'],
]

const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

function textOf(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

/** What a file's code says, without its comments. */
function codeOf(file: string): string {
  return textOf(file)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
}

/** What a file imports or re-exports, types included. */
function importsOf(file: string): string[] {
  const code = codeOf(file)
  const patterns = [/\bfrom\s+'([^']+)'/g, /\bimport\s+'([^']+)'/g, /\bimport\(\s*['`]([^'`]+)['`]/g]
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map(([, name]) => name as string))
}

/** The subject of a file: its folder right below lib/, or its name. */
function subjectOf(file: string): string {
  return (file.split('/')[0] as string).replace(/\.ts$/, '')
}

function rowOf(file: string): number {
  return rows.findIndex((row) => row.includes(subjectOf(file)))
}

const links = files.flatMap((file) =>
  importsOf(file)
    .filter((name) => name.startsWith('.'))
    .map((name) => ({ file, target: posix.join(dirname(file), name).replace(/\.js$/, '.ts') })),
)

describe('lib', () => {
  test('has files, and imports between them', () => {
    expect(files).toContain('native.ts')
    expect(links).toContainEqual({ file: 'ipaddress.ts', target: 'native.ts' })
    expect(links).toContainEqual({ file: 'sockets/reset.ts', target: 'options/index.ts' })
  })

  test('has a row for each of its files', () => {
    expect(files.filter((file) => rowOf(file) === -1)).toEqual([])
  })

  test('imports files that exist', () => {
    expect(links.filter(({ target }) => !files.includes(target))).toEqual([])
  })

  test('imports nothing from a row above', () => {
    expect(links.filter(({ file, target }) => rowOf(target) > rowOf(file))).toEqual([])
  })

  test('imports packages that it depends on, and no other', () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, '..', 'package.json'), 'utf8'))
    const packages = files.flatMap(importsOf).filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
    for (const name of packages) expect(Object.keys(dependencies)).toContain(name)
  })
})

/** The lines of code, outside comments, that a pattern finds: `file: line`. */
function find(pattern: RegExp, exempt: (file: string) => boolean = () => false): string[] {
  return files
    .filter((file) => !exempt(file))
    .flatMap((file) =>
      codeOf(file)
        .split('\n')
        .filter((line) => pattern.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    )
}

const isHandle = (file: string) => file === 'handle.ts' || file.startsWith('handle/')

describe("the inner parts of Node's objects", () => {
  // A property whose name starts with an underscore: used, named by a string, declared, or destructured.
  const underscore = /\._[a-z]|\[\s*['"`]_[a-z]|^\s*(readonly\s+)?_[a-z]\w*\??\s*[:(]|\{[^}()]*\b_[a-z]\w*\s*[,:}=]/i

  test('are looked into by lib/handle', () => {
    expect(find(underscore).some((line) => line.startsWith('handle.ts: '))).toBe(true)
  })

  test('are looked into by no other file', () => {
    expect(find(underscore, isHandle)).toEqual([])
  })

  test('are reached by their symbols in lib/handle only', () => {
    expect(find(/getOwnPropertySymbols|ownKeys/, isHandle)).toEqual([])
  })

  test('are reached by process.binding() nowhere', () => {
    expect(find(/process\.binding|internalBinding/)).toEqual([])
  })
})

/** What a file imports of node:child_process, by name. */
function childProcessImports(file: string): string[] {
  const imports = codeOf(file).matchAll(/import\s+([^;']*?)\s+from\s+'(?:node:)?child_process'/g)
  return [...imports].flatMap(([, names = '']) => names.split(/[\s{},]+/).filter((name) => name !== ''))
}

describe('the code of lib', () => {
  test('runs no shell', () => {
    const runsShell = (name: string) => ['exec', 'execSync', '*', 'default'].includes(name)
    const named = files.map((file) => ({ file, shells: childProcessImports(file).filter(runsShell) }))
    expect(named.filter(({ shells }) => shells.length > 0)).toEqual([])
    expect(find(/\bshell\s*:|['"`](\/bin\/)?(ba|da)?sh['"`]/)).toEqual([])
  })

  test('loads the addon in lib/native.ts only', () => {
    expect(find(/node-gyp-build|createRequire/, (file) => file === 'native.ts')).toEqual([])
  })

  test('has no default exports and no any', () => {
    expect(find(/\bexport default\b|:\s*any\b|\bas any\b|<any>/)).toEqual([])
  })
})
