// Rewrites all sources as the style has them.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root, run, tool } from './tools.mjs'

run(tool('biome'), ['check', '--write'])
run(tool('clang-format'), ['-i', ...readdirSync(join(root, 'src')).map((name) => `src/${name}`)])
