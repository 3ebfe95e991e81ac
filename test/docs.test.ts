import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const docs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))
const pages = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'bench/README.md', ...docs.map((name) => `docs/${name}`)]
const modules = { sockctl: 'index', 'sockctl/diag': 'diag', 'sockctl/handover': 'handover', 'sockctl/rsh': 'rsh' }

function textOf(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  const headings = [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, text = '']) => text.toLowerCase())
  return headings.map((text) => text.replace(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-'))
}

/** Whether something is where a link of a page leads. */
function leads(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(root, target))) return false
  return anchor === undefined || anchorsOf(target).includes(anchor)
}

/** What the code of a page imports from a module. */
function namesFrom(page: string, module: string): string[] {
  const code = [...textOf(page).matchAll(/^```js\n(.*?)^```/gms)].map(([, text]) => text).join('\n')
  const imports = [...code.matchAll(/^import \{(.*?)\} from '(.*)'/gm)].filter(([, , from]) => from === module)
  return imports.flatMap(([, names = '']) => names.split(',').map((name) => name.trim()))
}

describe('the pages', () => {
  test.each(pages)('%s leads to what there is', (page) => {
    const links = [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link as string)
    expect(links.filter((link) => !link.startsWith('https:') && !leads(page, link))).toEqual([])
  })

  test.each(Object.entries(modules))('import from %s what it exports', async (module, file) => {
    const exported = Object.keys(await import(`../lib/${file}.ts`))
    const imported = pages.flatMap((page) => namesFrom(page, module))
    expect(imported.length).toBeGreaterThan(0)
    expect(imported.filter((name) => !exported.includes(name))).toEqual([])
  })
})
