import { describe, expect, test } from '@jest/globals';
import type { CheckCard } from '@lianxin/contracts';
import { type KeptCard, readDecisions } from './check-feedback.rules.ts';

const now = new Date('2026-11-23T02:00:00Z');
const [cardId, otherId] = ['019f0000-0000-7000-8000-000000000001', '019f0000-0000-7000-8000-000000000002'];
const suggestionOf = (measureId: string): CheckCard['suggestions'][number] => ({
  uuid: cardId,
  label: measureId,
  measureId,
  level: 'BLOCK',
  basis: null,
  isRecommended: true,
});
function kept(indicator: CheckCard['indicator'], mayApply?: boolean): KeptCard {
  const card: CheckCard = {
    uuid: cardId,
    subjectRole: 'applicant',
    subjectIndex: 0,
    indicator,
    summary: '',
    detail: '',
    source: { label: '' },
    entryId: cardId,
    suggestions: [suggestionOf('FOOD-01'), suggestionOf('FOOD-02')],
    selectionBehavior: 'any',
    overrideReasons: [],
    links: [],
    answered: null,
  };
  return { card, subjectId: cardId, planId: cardId, planVersion: 1, key: 'k', ...(mayApply === undefined ? {} : { mayApply }) };
}
type Word = Parameters<typeof readDecisions>[1]['feedback'][number];
/** FOOD-01 is on hold, FOOD-02 goes on. */
function halfHeld(): KeptCard {
  const whole = kept('critical', true);
  const suggestions = whole.card.suggestions.map((one) => ({ ...one, isHeld: one.measureId === 'FOOD-01' }));
  return { ...whole, card: { ...whole.card, suggestions } };
}
/** A card of before, which does not say of each measure whether it was on hold. */
function older(mayApply: boolean | undefined, ...levels: CheckCard['suggestions'][number]['level'][]): KeptCard {
  const whole = kept(levels.some((level) => level !== 'INFO') ? 'critical' : 'info', mayApply);
  const suggestions = levels.map((level, index) => ({ ...suggestionOf(`FOOD-0${index + 1}`), level }));
  return { ...whole, card: { ...whole.card, suggestions } };
}
const read = (word: Partial<Word>, card = kept('critical')) =>
  readDecisions([card], { feedback: [{ card: cardId, outcome: 'accepted', ...word } as Word] }, now);
const pointersOf = (result: ReturnType<typeof readDecisions>) => (result.ok ? [] : result.faults.map(({ pointer }) => pointer));

describe('what a clerk may say of a prompt', () => {
  test.each<[string, Partial<Word>, KeptCard]>([
    ['all that is offered', {}, kept('critical')],
    ['some of it', { acceptedMeasures: ['FOOD-02'] }, kept('critical')],
    ['nothing of a note', { acceptedMeasures: [] }, kept('info', false)],
    ['a reference that runs', {}, kept('info', true)],
    ['of a check from before, what restricts', { acceptedMeasures: ['FOOD-01'] }, older(true, 'BLOCK', 'INFO')],
    ['of a check from before, references that ran', {}, older(true, 'INFO', 'INFO')],
    ['of a check from before, nothing', { acceptedMeasures: [] }, older(undefined, 'INFO', 'INFO')],
    ['of a card that is held in part, what goes on', { acceptedMeasures: ['FOOD-02'] }, halfHeld()],
    ['not followed, with a reason', { outcome: 'overridden', overrideReason: { code: 'not_same_subject' } }, kept('critical')],
    ['a note not followed, without a reason', { outcome: 'overridden' }, kept('info', false)],
  ])('%s', (_what, word, card) => {
    expect(pointersOf(read(word, card))).toEqual([]);
  });

  test.each<[string, Partial<Word>, string, KeptCard]>([
    ['of a card of another check', { card: otherId }, '/feedback/0/card', kept('critical')],
    ['in the future', { outcomeTimestamp: '2026-11-24T00:00:00Z' }, '/feedback/0/outcomeTimestamp', kept('critical')],
    ['with a measure that was not offered', { acceptedMeasures: ['FOOD-03'] }, '/feedback/0/acceptedMeasures', kept('critical')],
    ['applied, with a reason why not', { overrideReason: { code: 'other', comment: 'x' } }, '/feedback/0/overrideReason', kept('critical')],
    ['not followed without a reason', { outcome: 'overridden' }, '/feedback/0/overrideReason', kept('critical')],
    ['not followed without a reason', { outcome: 'overridden' }, '/feedback/0/overrideReason', kept('warning')],
    [
      '"other" without words',
      { outcome: 'overridden', overrideReason: { code: 'other' } },
      '/feedback/0/overrideReason/comment',
      kept('critical'),
    ],
    [
      'not followed, and applied',
      { outcome: 'overridden', overrideReason: { code: 'other', comment: 'x' }, acceptedMeasures: ['FOOD-01'] },
      '/feedback/0/acceptedMeasures',
      kept('critical'),
    ],
    ['applied, though it is held or about nobody certain', {}, '/feedback/0/acceptedMeasures', kept('info', false)],
    [
      'with a measure on hold beside one that goes on',
      { acceptedMeasures: ['FOOD-02', 'FOOD-01'] },
      '/feedback/0/acceptedMeasures',
      halfHeld(),
    ],
    ['with a measure on hold alone', { acceptedMeasures: ['FOOD-01'] }, '/feedback/0/acceptedMeasures', halfHeld()],
    [
      'of before, with what may have been on hold',
      { acceptedMeasures: ['FOOD-02'] },
      '/feedback/0/acceptedMeasures',
      older(true, 'BLOCK', 'INFO'),
    ],
    ['of before, all of it, where all may have been on hold', {}, '/feedback/0/acceptedMeasures', older(undefined, 'INFO', 'INFO')],
    ['of before, and said to be held as a whole', { acceptedMeasures: ['FOOD-01'] }, '/feedback/0/acceptedMeasures', older(false, 'INFO')],
    ['applied in part, though it is held', { acceptedMeasures: ['FOOD-01'] }, '/feedback/0/acceptedMeasures', kept('info', false)],
  ])('is refused: %s', (_what, word, pointer, card) => {
    expect(pointersOf(read(word, card))).toEqual([pointer]);
  });

  test('who says no measures applies those that go on, and none that is on hold (R-6-4)', () => {
    expect(read({}, halfHeld())).toMatchObject({ ok: true, decisions: [{ appliedMeasureCodes: ['FOOD-02'] }] });
  });

  test('a card of before is applied as far as it surely ran; of the rest the window checks anew (R-6-4)', () => {
    expect(read({}, older(true, 'REVIEW', 'INFO'))).toMatchObject({ ok: true, decisions: [{ appliedMeasureCodes: ['FOOD-01'] }] });
    const refused = read({ acceptedMeasures: ['FOOD-01', 'FOOD-02'] }, older(undefined, 'BLOCK', 'INFO'));
    expect(refused.ok ? [] : refused.faults.map(({ detail }) => detail)).toEqual([expect.stringMatching(/FOOD-02 是否暂停执行.*重新核查/)]);
  });

  test('who asks for a measure on hold is told which, why, and what to do', () => {
    const refused = read({ acceptedMeasures: ['FOOD-01', 'FOOD-02'] }, halfHeld());
    expect(refused.ok ? [] : refused.faults.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/^FOOD-01 正在暂停执行.*请去掉后重新提交/),
    ]);
  });

  test('one card is decided once in a request', () => {
    const word: Word = { card: cardId, outcome: 'accepted' };
    expect(pointersOf(readDecisions([kept('critical')], { feedback: [word, word] }, now))).toEqual(['/feedback/1/card']);
  });
});
