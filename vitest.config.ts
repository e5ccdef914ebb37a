import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Most of a test is waiting for sockets and disks: a core is not kept free for the runner.
    maxWorkers: '100%',
  },
});
