import { existsSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { beforeAll, describe, expect, test } from 'vitest'
import { options, type WritableOption } from '../../lib/index.js'

const root = join(import.meta.dirname, '..', '..')

/** What an editor shows for a name in a text that uses sockctl. */
interface Editor {
  /** The documentation shown over the first occurrence of a name. */
  hover(name: string): string
  /** The errors in the text. */
  errors(): string[]
}

function openEditor(library: string, text: string): Editor {
  const file = join(root, 'test', 'types', 'snippet.ts')
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options: settings } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, root)
  const source = `import { getOption, listen, setOption, setOptions } from '${join(root, library)}'\n${text}`
  const textOf = (name: string) => (name === file ? source : ts.sys.readFile(name))
  const service = ts.createLanguageService({
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (name) => {
      const content = textOf(name)
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content)
    },
    getCurrentDirectory: () => root,
    getCompilationSettings: () => ({ ...settings, noUnusedLocals: false }),
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (name) => name === file || ts.sys.fileExists(name),
    readFile: textOf,
  })
  return {
    hover(name) {
      const info = service.getQuickInfoAtPosition(file, source.indexOf(name, source.indexOf('\n')))
      return ts.displayPartsToString(info?.documentation)
    },
    errors: () =>
      [...service.getSyntacticDiagnostics(file), ...service.getSemanticDiagnostics(file)].map(({ messageText }) =>
        ts.flattenDiagnosticMessageText(messageText, '\n'),
      ),
  }
}

const names = [...options.values()].filter(({ access }) => access !== 'ro').map(({ name }) => name as WritableOption)
/** All of them at once; the value is of every type. */
const text = `
declare const anything: never
setOptions(3, { ${names.map((name) => `${name}: anything`).join(', ')} })
`

const libraries = [
  { library: 'lib/index.js', what: 'the source', exists: true },
  { library: 'dist/index.js', what: 'the declarations', exists: existsSync(join(root, 'dist', 'index.d.ts')) },
]

for (const { library, what, exists } of libraries) {
  const why = exists ? '' : ' (needs npm run build:lib)'

  describe.skipIf(!exists)(`an editor, with ${what} of the package${why}`, () => {
    let editor: Editor

    beforeAll(() => {
      editor = openEditor(library, text)
    })

    test('sees no errors', () => {
      expect(editor.errors()).toEqual([])
    })

    test('shows what SO_REUSEADDR does', () => {
      expect(editor.hover('SO_REUSEADDR')).toMatch(/TIME_WAIT/)
    })

    test.each(names)('shows the documentation of %s over the property of setOptions', (name) => {
      expect(editor.hover(`${name}:`).length).toBeGreaterThan(20)
    })

    test('shows it in the options of listen too', () => {
      const other = openEditor(library, `listen({} as never, { options: { TCP_DEFER_ACCEPT: 5 } })`)
      expect(other.hover('TCP_DEFER_ACCEPT').length).toBeGreaterThan(20)
    })

    test.each(['getOption', 'setOption(', 'setOptions('])('shows the documentation of %s', (call) => {
      const other = openEditor(
        library,
        `getOption(3, 'SO_TYPE')\nsetOption(3, 'SO_REUSEADDR', true)\nsetOptions(3, {})`,
      )
      expect(other.hover(call).length).toBeGreaterThan(20)
    })
  })
}
