// Writes docs/options.md from the option table, and the drawings of docs/closing.md from the states that were observed:
// node scripts/docs.mjs. With --check it writes nothing, and exits 1 when one of them is stale.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { closingDiagrams } from './closing/diagrams.mjs'
import { optionsPage } from './options/page.mjs'

const page = new URL('../docs/options.md', import.meta.url)

for (const [file, text] of [[page, optionsPage()], ...closingDiagrams()]) {
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    console.error(`${fileURLToPath(file)} is stale: run npm run docs`)
    process.exitCode = 1
  }
}
