import { describe, expect, it } from '@jest/globals';
import { type QueueFeatures, queueScoreOf } from './queue-score.rules.ts';

const nothing: QueueFeatures = {
  numberEqual: false,
  otherCodeEqual: false,
  fullNameEqual: false,
  coreNameEqual: false,
  legalRepresentativeEqual: false,
  addressEqual: false,
  phoneEqual: false,
  regionEqual: false,
  contradiction: false,
};

describe('the place in the review queue (R-11-2)', () => {
  it.each<[string, number, Partial<QueueFeatures>]>([
    ['nothing', 0, {}],
    ['the code', 60, { numberEqual: true }],
    ['another code', 25, { otherCodeEqual: true }],
    ['the full name, which contains the core', 25, { fullNameEqual: true, coreNameEqual: true }],
    ['the core of the name', 15, { coreNameEqual: true }],
    [
      'representative, address, telephone and region',
      25,
      { legalRepresentativeEqual: true, addressEqual: true, phoneEqual: true, regionEqual: true },
    ],
    ['the full name, and a contradiction', -5, { fullNameEqual: true, contradiction: true }],
  ])('%s: %p', (_, score, features) => {
    expect(queueScoreOf({ ...nothing, ...features })).toBe(score);
  });
});
