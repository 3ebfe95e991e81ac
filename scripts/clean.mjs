// Removes the folders that it is given, inside the package.
import { rmSync } from 'node:fs'
import { relative, resolve, sep } from 'node:path'
import { root } from './tools.mjs'

for (const folder of process.argv.slice(2)) {
  const path = resolve(root, folder)
  const inside = relative(root, path)
  if (inside === '' || inside.split(sep)[0] === '..') throw new Error(`${folder} is not inside the package`)
  rmSync(path, { recursive: true, force: true })
}
