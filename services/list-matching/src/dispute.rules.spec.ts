import { expect, test } from '@jest/globals';
import { isStillDisputed, withMark, withoutMark } from './dispute.rules.ts';

const marked = (...disputedBy: string[]) => ({ disputed: true, procedure: { disputedBy } });
const clean = { disputed: false, procedure: {} };

test('every accepted objection holds the mark, each once', () => {
  expect(withMark(clean, 'a')).toEqual(['a']);
  expect(withMark(marked('a'), 'b')).toEqual(['a', 'b']);
  expect(withMark(marked('a'), 'a')).toBeUndefined();
  // What an earlier life of the mark left behind holds nothing.
  expect(withMark({ disputed: false, procedure: { disputedBy: ['old'] } }, 'a')).toEqual(['a']);
});

test.each([
  ['the last that holds it', marked('a'), 'a', false, { goes: true, disputedBy: [] }],
  ['one of two', marked('a', 'b'), 'a', false, { goes: false, disputedBy: ['b'] }],
  ['one that was never accepted', marked('a'), 'never', false, undefined],
  ['any, on an entry without a mark', clean, 'a', false, undefined],
  ['a mark of before its holders were noted', { disputed: true, procedure: {} }, 'a', false, { goes: true, disputedBy: [] }],
  ['the last that is known to hold it, while one of before is open', marked('b'), 'b', true, { goes: false, disputedBy: [] }],
  [
    'the last that holds it, on an entry that could not be confirmed',
    { disputed: true, procedure: { disputedBy: ['b'], unconfirmedObjection: 'x' } },
    'b',
    false,
    { goes: false, disputedBy: [] },
  ],
  ['such a mark while another objection is open', { disputed: true, procedure: {} }, 'a', true, undefined],
  [
    'such a mark on an entry that could not be confirmed',
    { disputed: true, procedure: { unconfirmedObjection: 'x' } },
    'a',
    false,
    undefined,
  ],
] as const)('when %s is over, the mark goes or stays accordingly', (_what, entry, id, stillDisputed, left) => {
  expect(withoutMark(entry, id, stillDisputed)).toEqual(left);
});

test.each([
  ['nothing', {}, false],
  ['objections that are over', { disputedBy: [], owedCorrections: [] }, false],
  ['an open objection', { disputedBy: ['a'] }, true],
  ['a correction that is owed', { owedCorrections: [{ objectionId: 'a', number: '1', documentNo: '1', fields: ['grade'] }] }, true],
  ['what could not be confirmed', { unconfirmedObjection: 'x' }, true],
])('an entry with %s comes back accordingly', (_what, procedure, isDisputed) => {
  expect(isStillDisputed(procedure)).toBe(isDisputed);
});
