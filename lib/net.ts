// Everything by name, and the same once more as the default, which `import net from 'node:net'` is written for.
export * as default from './net/exports.js'
export * from './net/exports.js'
