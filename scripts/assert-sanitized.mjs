// Loaded by a process that is meant to run the sanitized addon: fails where it loaded another.
import { readFileSync } from 'node:fs'

await import(process.env.VITEST ? '../lib/native.ts' : '../dist/native.js')
const addons = readFileSync('/proc/self/maps', 'utf8').match(/\S*\/sockctl\S*\.node$/gm) ?? []
const others = addons.filter((path) => !path.includes('/build-asan/'))
if (addons.length === 0 || others.length > 0) throw new Error(`not the sanitized addon: ${others[0] ?? 'none at all'}`)
