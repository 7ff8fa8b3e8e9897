import { configDefaults, defineConfig } from 'vitest/config';

/** Measures this host, so nothing else may work on it meanwhile. */
const ALONE = ['test/e2e/host-up.test.ts'];

export default defineConfig({
  test: {
    pool: 'threads',
    isolate: false,
    testTimeout: 60_000,
    // Of two cores: tests wait for programs, browsers and clocks a third of their time.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        test: {
          name: 'tests',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...ALONE],
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
