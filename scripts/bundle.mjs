// Bundles lib/ into dist/: a file for each entry of the package, and core.js, which is all that the root entry needs.
// The other entries share it, so that an import reads few files, and a program that uses two has one addon. The lines stay
// as they are: Node.js prints the one that an uncaught error was thrown in.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { root } from './tools.mjs'

const { dependencies, engines, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** What a user imports: `./diag` of the package is lib/diag.ts. */
const published = Object.values(exports)
  .filter((entry) => entry.default)
  .map((entry) => entry.default.replace(/^\.\/dist\/(.*)\.js$/, '$1'))

/** What is run as a program of its own, by the command or by another part of the library. */
const programs = ['cli/main', 'cli/demo/unprivileged', 'cli/demo/victim', 'diag/stranger-program']

/** What scripts and tests look at, and the package leaves out. */
const inner = [
  'native',
  ...readdirSync(join(root, 'lib/options/table')).map((name) => `options/table/${name.slice(0, -3)}`),
]

function pathOf(entry) {
  return join(root, 'lib', `${entry}.ts`)
}

/** All modules that one imports, directly or through others, and itself. */
function reachable(start, context) {
  const found = new Set([start])
  for (const id of found) for (const next of context.getModuleInfo(id)?.importedIds ?? []) found.add(next)
  return found
}

let core
const bundle = await rolldown({
  input: Object.fromEntries([...published, ...programs, ...inner].map((entry) => [entry, pathOf(entry)])),
  external: [/^node:/, ...Object.keys(dependencies)],
  platform: 'node',
  transform: { target: `node${engines.node.replace('>=', '')}` },
  tsconfig: join(root, 'tsconfig.json'),
})
await bundle.write({
  dir: join(root, 'dist'),
  chunkFileNames: '[name].js',
  sourcemap: true,
  comments: false,
  minify: false,
  codeSplitting: {
    groups: [
      {
        debugName: 'core',
        name(id, context) {
          core ??= reachable(pathOf('index'), context)
          return core.has(id) ? 'core' : null
        },
      },
    ],
  },
})
