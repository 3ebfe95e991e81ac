import { readdirSync, readFileSync } from 'node:fs'
import ts from 'typescript'

const folder = new URL('../../lib/options/table/', import.meta.url)

/** The doc comment of each row, by the option's name. */
export function readComments() {
  const comments = new Map()
  for (const name of readdirSync(folder)) {
    const text = readFileSync(new URL(name, folder), 'utf8')
    const source = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true)
    const visit = (node) => {
      const [comment] = ts.isPropertyAssignment(node) ? ts.getJSDocCommentsAndTags(node) : []
      if (comment) comments.set(node.name.text, ts.getTextOfJSDocComment(comment.comment))
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  return comments
}
