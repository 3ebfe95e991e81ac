import type { Command } from 'commander'
import type { Finish } from './print.js'

/** Makes a command, whose code is loaded by then. */
type Loader = (finish: Finish) => Promise<Command>

/** All commands but `completion`, in the order of the help. What one of them imports costs the others no time. */
const loaders: Readonly<Record<string, Loader>> = {
  audit: async (finish) => (await import('./audit.js')).auditCommand(finish),
  demo: async (finish) => (await import('./demo.js')).demoCommand(finish),
  free: async (finish) => (await import('./free.js')).freeCommand(finish),
  inspect: async (finish) => (await import('./inspect.js')).inspectCommand(finish),
  ls: async (finish) => (await import('./ls.js')).lsCommand(finish),
  matrix: async (finish) => (await import('./matrix.js')).matrixCommand(finish),
  options: async (finish) => (await import('./options.js')).optionsCommand(finish),
  rsh: async (finish) => (await import('./rsh.js')).rshCommand(finish),
  watch: async () => (await import('./watch.js')).watchCommand(),
  why: async (finish) => (await import('./why.js')).whyCommand(finish),
}

/** The command of a name alone; all of them where there is none of that name. */
export function loadCommands(name: string | undefined, finish: Finish): Promise<Command[]> {
  const wanted = name !== undefined && Object.hasOwn(loaders, name) ? loaders[name] : undefined
  return Promise.all((wanted ? [wanted] : Object.values(loaders)).map((load) => load(finish)))
}
