import { mergeConfig } from 'vitest/config'
import plain from '../vitest.config.ts'

export default mergeConfig(plain, { test: { setupFiles: ['scripts/assert-sanitized.mjs'], testTimeout: 60_000 } })
