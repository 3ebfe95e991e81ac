import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // Sockets and descriptors are counted, so each file has a process to itself.
    pool: 'forks',
    // Only what hangs comes near this: the machine may be at work, or stand still for a while.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Without a limit of its own: what is waited for comes later on a machine at work.
    expect: { poll: { interval: 10, timeout: 50_000 } },
    // One file at a time: many look at all of the host's sockets, or measure what happens when.
    maxWorkers: 1,
    // Of what the tests run in their own process; programs that they start are not counted.
    coverage: { provider: 'v8', include: ['lib/**/*.ts'], reporter: ['text', 'json'] },
    projects: [
      {
        extends: true,
        test: { name: 'library', include: ['test/**/*.test.ts'], exclude: ['test/examples/**', '**/node_modules/**'] },
      },
      // These run on the package as it is published, which is packed once for all of them.
      {
        extends: true,
        test: { name: 'examples', include: ['test/examples/**/*.test.ts'], globalSetup: 'test/examples/package.ts' },
      },
    ],
  },
})
