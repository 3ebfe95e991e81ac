import type { Native } from '../../lib/native.js'

/** What an argument of the addon must be. */
export type Kind = 'fd' | 'int' | 'bytes' | 'optional bytes'

/** One kind for each argument that a function declares. */
type Kinds<Arguments extends readonly unknown[]> = { [Index in keyof Arguments]: Kind }

/** The arguments of each export. */
export const signatures = {
  memory: [],
  socket: ['int', 'int', 'int'],
  bind: ['fd', 'bytes'],
  connect: ['fd', 'bytes'],
  listen: ['fd', 'int', 'optional bytes'],
  getsockname: ['fd', 'bytes'],
  getpeername: ['fd', 'bytes'],
  shutdown: ['fd', 'int'],
  close: ['fd'],
  own: ['fd'],
  release: ['fd'],
  dup: ['fd'],
  getInt: ['fd', 'int', 'int'],
  setInt: ['fd', 'int', 'int', 'int'],
  getsockopt: ['fd', 'int', 'int', 'bytes'],
  setsockopt: ['fd', 'int', 'int', 'bytes'],
  setProgram: ['fd', 'int', 'int', 'bytes'],
  interfaceIndex: ['bytes'],
  interfaceName: ['int', 'bytes'],
  networkNamespace: [],
  createNetworkNamespace: [],
  setNetworkNamespace: ['fd'],
  send: ['fd', 'bytes'],
  receive: ['fd', 'bytes'],
  processSockets: ['int', 'bytes'],
  openProcess: ['int'],
  getProcessDescriptor: ['fd', 'int'],
  sendDescriptors: ['fd', 'bytes', 'bytes'],
  receiveDescriptors: ['fd', 'bytes', 'bytes'],
  replace: ['fd', 'fd'],
} as const satisfies { readonly [Name in keyof Native]: Kinds<Readonly<Required<Parameters<Native[Name]>>>> }

/** The name of an export. */
export type ExportName = keyof typeof signatures

/** The names of all exports. */
export const exportNames = Object.keys(signatures) as ExportName[]

/** The names of the exports that take arguments. */
export const callNames = exportNames.filter((name) => signatures[name].length > 0)

/** The kinds of an export's arguments. */
export function kindsOf(name: ExportName): readonly Kind[] {
  return signatures[name]
}
