import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const examples = readdirSync(join(root, 'examples'))
const texts = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))

/** The code of an example, and what it says about itself. */
function partsOf(name: string): { head: string; code: string } {
  const text = readFileSync(join(root, 'examples', name), 'utf8')
  const start = text.search(/^import/m)
  return { head: text.slice(0, start), code: text.slice(start) }
}

describe('each example', () => {
  test.each(examples)('%s is run by a test', (name) => {
    const isRun = new RegExp(`(runExample|linesOf|start)\\(\\s*'${name.replace('.', '\\.')}'`)
    expect(texts.some((text) => isRun.test(text))).toBe(true)
  })

  test.each(examples)('%s says how to start it, and imports what a user imports', (name) => {
    const { head, code } = partsOf(name)
    expect(head).toContain(`node ${name}`)
    expect(code).toMatch(/ from 'sockctl(\/net|\/handover)?'/)
    expect(code).not.toMatch(/ from '\.|dist\//)
  })
})
