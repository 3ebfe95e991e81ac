// Refuses to pack without a prebuilt binary: nothing is built where the package is installed.
import { createRequire } from 'node:module'
import { root } from './tools.mjs'

process.env.PREBUILDS_ONLY = '1'
try {
  createRequire(import.meta.url)('node-gyp-build')(root)
} catch (error) {
  const place = `prebuilds/${process.platform}-${process.arch}/`
  console.error(`Not packed: ${place} has no binary that loads here. Run "npm run prebuild" first.\n${error.message}`)
  process.exitCode = 1
}
