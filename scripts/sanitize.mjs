// Runs the tests on an addon with sanitizers; what it is given goes to vitest.

import { buildSanitized, sanitizedEnvironment } from './sanitized.mjs'
import { run, tool } from './tools.mjs'

buildSanitized()
const config = ['--config', 'scripts/vitest.asan.mjs']
run(tool('vitest'), ['run', ...config, ...process.argv.slice(2)], { env: sanitizedEnvironment(false) })
