/**
 * One Jest run for the whole workspace; servers are started once by scripts/test.mjs (or by libs/testing's global setup when Jest is called alone).
 * Node itself reads the sources: see libs/testing/src/jest.runner.mjs.
 */
export default {
  rootDir: import.meta.dirname,
  roots: ['<rootDir>/libs', '<rootDir>/services', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
  runner: '<rootDir>/libs/testing/src/jest.runner.mjs',
  testSequencer: '<rootDir>/libs/testing/src/jest.sequencer.mjs',
  transform: {},
  setupFiles: ['<rootDir>/libs/testing/src/jest.begin.mjs'],
  globalSetup: '<rootDir>/libs/testing/src/jest.setup.mjs',
  globalTeardown: '<rootDir>/libs/testing/src/jest.teardown.mjs',
  testTimeout: 180_000,
};
