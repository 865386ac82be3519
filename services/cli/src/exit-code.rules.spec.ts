import { describe, expect, test } from '@jest/globals';
import { exitCodeOfJob, exitCodeOfMany, exitCodeOfStatus } from './exit-code.rules.ts';

describe('how a command ends', () => {
  test.each([
    [400, 1],
    [401, 1],
    [403, 1],
    [404, 3],
    [409, 4],
    [412, 4],
    [422, 1],
    [429, 1],
    [500, 1],
    [503, 1],
  ])('a refusal with status %d ends with %d', (status, code) => {
    expect(exitCodeOfStatus(status)).toBe(code);
  });

  test.each([
    [[], 0],
    [[0, 0], 0],
    [[4, 4], 4],
    [[3], 3],
    [[0, 4], 5],
    [[3, 4], 5],
  ] as const)('acts that ended with %j end the command with %d', (codes, code) => {
    expect(exitCodeOfMany(codes)).toBe(code);
  });

  test.each([
    ['queued', undefined],
    ['running', undefined],
    ['succeeded', 0],
    ['partially_succeeded', 5],
    ['failed', 1],
    ['cancelled', 1],
    ['previewed', 0],
    ['paused', 4],
    ['undone', 0],
  ])('a job that is %s ends with %s', (status, code) => {
    expect(exitCodeOfJob(status)).toBe(code);
  });
});
