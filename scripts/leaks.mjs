// Looks for memory that the addon does not free.

import { buildSanitized, sanitizedEnvironment } from './sanitized.mjs'
import { run } from './tools.mjs'

buildSanitized()
const program = ['--import', './scripts/assert-sanitized.mjs', 'test/process/leaks.mjs']
run(process.execPath, program, { env: sanitizedEnvironment(true) })
