/** What a spec imports from `@jest/globals`: that package itself refuses to be loaded outside of Jest's own runner. */
export { jestExpect as expect } from '@jest/expect';
export { afterAll, afterEach, beforeAll, beforeEach, describe, it, test } from 'jest-circus';
