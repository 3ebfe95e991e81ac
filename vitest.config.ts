import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Sockets and descriptors are counted, so each file has a process to itself.
    pool: 'forks',
    testTimeout: 30_000,
  },
})
