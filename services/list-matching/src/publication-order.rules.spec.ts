import { describe, expect, test } from '@jest/globals';
import { principalOf } from '@lianxin/testing';
import { publicationChannels } from './publication-channel.data.ts';
import {
  channelsOf,
  findReceiptFaults,
  isWithheld,
  mayConfirm,
  nextAction,
  type OpenOrder,
  takesFromWhatIsShown,
  workdaysOf,
} from './publication-order.rules.ts';

const published = { action: 'PUBLISH', outcome: 'DONE' } as const;
const asked = { action: 'PUBLISH', outcome: null } as const;
const refused = { action: 'PUBLISH', outcome: 'REFUSED' } as const;
const hidden = { action: 'HIDE', outcome: 'DONE' } as const;
const withdrawn = { action: 'WITHDRAW', outcome: null } as const;

describe('what a channel is asked (R-2-11)', () => {
  test.each([
    ['a new entry is shown', 'PUBLISHED', undefined, false, 'PUBLISH'],
    ['what is shown is not asked again', 'PUBLISHED', published, true, null],
    ['nor what was asked and not confirmed yet', 'PUBLISHED', asked, true, null],
    ['nor what the channel refused', 'PUBLISHED', refused, true, null],
    ['a resumed entry is shown again', 'PUBLISHED', hidden, true, 'PUBLISH'],
    ['an entry that came back is shown again (T23)', 'PUBLISHED', withdrawn, false, 'PUBLISH'],
    ['a suspended entry is hidden', 'HIDDEN', published, true, 'HIDE'],
    ['also where nobody has confirmed that it was shown', 'HIDDEN', asked, true, 'HIDE'],
    ['a focus entry, or a person whom no law publishes, is asked of nobody', 'HIDDEN', undefined, false, null],
    ['what was refused need not be hidden', 'HIDDEN', refused, true, null],
    ['an entry that left its list is taken down', 'WITHDRAWN', published, true, 'WITHDRAW'],
    ['also where nobody has confirmed that it was shown', 'WITHDRAWN', asked, true, 'WITHDRAW'],
    ['also what is only hidden', 'WITHDRAWN', hidden, true, 'WITHDRAW'],
    ['also what was public before channels were kept here', 'WITHDRAWN', undefined, true, 'WITHDRAW'],
    ['what was refused was never there', 'WITHDRAWN', refused, true, null],
    ['what was never public need not be taken down', 'WITHDRAWN', undefined, false, null],
    ['once is enough', 'WITHDRAWN', withdrawn, false, null],
  ] as const)('%s', (_what, wanted, last, wasPublic, expected) => {
    expect(nextAction(wanted, last, wasPublic)).toBe(expected);
  });

  test.each([
    ['PUBLISH', 'ACTIVE', 5],
    ['WITHDRAW', 'EXPIRED', 3],
    ['WITHDRAW', 'EXCLUDED', 3],
    ['WITHDRAW', 'REPAIRED', 1],
    ['WITHDRAW', 'CORRECTED', 1],
    ['WITHDRAW', 'REVOKED', 1],
    ['HIDE', 'SUSPENDED', 1],
  ] as const)('%s of one that is %s within %i working days', (action, status, days) => {
    expect(workdaysOf(action, status, { publishWorkdays: 5, withdrawWorkdays: 3 }, 1)).toBe(days);
  });
});

describe('channels', () => {
  const codes = (
    listCode: string,
    listType: 'BLACK' | 'RED' | 'FOCUS' | 'ABNORMAL',
    origin: 'CITY' | 'NATIONAL' | 'PROVINCIAL' | 'LEGACY' = 'CITY',
  ) => channelsOf(publicationChannels, { listCode, listType, origin }, '2026-11-23').map(({ code }) => code);

  test('of black, red and abnormal entries of this city; of focus entries none, of entries from above none', () => {
    expect(codes('BL-WAGE', 'BLACK')).toEqual(['XYZG', 'UNIT_SITE']);
    expect(codes('RL-TAXA', 'RED', 'LEGACY')).toEqual(['XYZG', 'UNIT_SITE']);
    expect(codes('AB-MKT', 'ABNORMAL')).toEqual(['XYZG', 'GSXT']);
    expect(codes('BL-MKT', 'BLACK')).toEqual(['XYZG', 'UNIT_SITE', 'GSXT']);
    expect(codes('FL-WAGE', 'FOCUS')).toEqual([]);
    expect([codes('BL-WAGE', 'BLACK', 'NATIONAL'), codes('BL-WAGE', 'BLACK', 'PROVINCIAL')]).toEqual([[], []]);
    expect(channelsOf(publicationChannels, { listCode: 'BL-WAGE', listType: 'BLACK', origin: 'CITY' }, '2010-01-01')).toEqual([]);
  });

  test('their receipts come from their keepers alone', () => {
    const wage = principalOf(['DEPT_HANDLER'], ['RSJ']);
    expect(mayConfirm(wage, 'UNIT_SITE', 'UNIT', 'RSJ')).toBe(true);
    expect(mayConfirm(wage, 'OTHER:日报', undefined, 'RSJ')).toBe(true);
    expect(mayConfirm(principalOf(['CREDIT_CENTRE_OPERATOR']), 'XYZG', 'CENTRE', 'RSJ')).toBe(true);
    expect(mayConfirm(wage, 'XYZG', 'CENTRE', 'RSJ')).toBe(false);
    expect(mayConfirm(wage, 'UNIT_SITE', 'UNIT', 'SHUIJ')).toBe(false);
    expect(mayConfirm(principalOf(['CREDIT_OFFICE']), 'UNIT_SITE', 'UNIT', 'RSJ')).toBe(false);
    expect(mayConfirm(principalOf(['WINDOW_CLERK'], ['RSJ']), 'UNIT_SITE', 'UNIT', 'RSJ')).toBe(false);
    expect(mayConfirm(principalOf(['DEPT_LIAISON'], ['RSJ']), 'OTHER:日报', undefined, 'RSJ')).toBe(false);
    expect(mayConfirm(principalOf(['AUDITOR']), 'XYZG', 'CENTRE', 'RSJ')).toBe(false);
  });
});

describe('of a replay (product §A.4)', () => {
  test.each([
    ['a punishment is shown', 'PUBLISH', 'BLACK', 'internal', true],
    ['a punishment is shown', 'PUBLISH', 'BLACK', 'none', true],
    ['a punishment is shown', 'PUBLISH', 'BLACK', 'notify', false],
    ['a punishment is shown', 'PUBLISH', 'BLACK', undefined, false],
    ['a record of abnormal operation is shown', 'PUBLISH', 'ABNORMAL', 'none', true],
    ['an honour that was given back is shown', 'PUBLISH', 'RED', 'none', false],
    ['it is taken down', 'WITHDRAW', 'BLACK', 'none', false],
    ['it is hidden', 'HIDE', 'BLACK', 'internal', false],
  ] as const)('%s (%s of %s, side effects %s): waits %s', (_what, action, listType, mode, waits) => {
    expect(isWithheld(action, mode, { listType, takesAway: false })).toBe(waits);
    expect(isWithheld(action, mode, { listType, takesAway: true })).toBe(false);
  });

  const party = (partyId: string, named: boolean, served = true) => ({ partyId, named, served });
  test.each([
    ['an earlier end', { validTo: { from: '2028-01-01', to: '2027-01-01' } }, true],
    ['an end where none was', { validTo: { from: null, to: '2027-01-01' } }, true],
    ['a later end', { validTo: { from: '2027-01-01', to: '2028-01-01' } }, false],
    ['no end any more', { validTo: { from: '2027-01-01', to: null } }, false],
    ['a person less', { parties: { from: [party('a', true)], to: [party('a', false)] } }, true],
    ['a person who was not served', { parties: { from: [party('a', true)], to: [party('a', true, false)] } }, true],
    ['a person more', { parties: { from: [party('a', false)], to: [party('a', true)] } }, false],
    [
      'a person who was never shown and is not named',
      { parties: { from: [party('a', true, false)], to: [party('a', false, false)] } },
      false,
    ],
    [
      'one more and one less',
      { parties: { from: [party('a', true), party('b', false)], to: [party('a', false), party('b', true)] } },
      true,
    ],
    [
      'a later end and a person less',
      { validTo: { from: '2027-01-01', to: null }, parties: { from: [party('a', true)], to: [party('a', false)] } },
      true,
    ],
    ['a grade, which nobody sees', { grade: { from: 'SERIOUS', to: 'MINOR' } }, false],
    ['nothing', undefined, false],
  ])('a correction with %s takes away what is shown: %s', (_what, corrected, takes) => {
    expect(takesFromWhatIsShown([{ detail: {} }, { detail: { corrected } }])).toBe(takes);
  });
});

describe('a receipt', () => {
  const order: OpenOrder = { action: 'WITHDRAW', orderedOn: '2026-11-20', superseded: false, outcome: null, withheld: false };
  const faults = (changes: Partial<OpenOrder>, receipt: Partial<Parameters<typeof findReceiptFaults>[1]>) =>
    findReceiptFaults({ ...order, ...changes }, { outcome: 'DONE', doneOn: '2026-11-23', ...receipt }, '2026-11-23').map(
      ({ code }) => code,
    );

  test.each([
    ['from tomorrow', {}, { doneOn: '2026-11-24' }, ['DATE_IN_FUTURE']],
    ['from before it was asked', {}, { doneOn: '2026-11-19' }, ['DATE_ORDER']],
    ['that refuses to take down', {}, { outcome: 'REFUSED', note: '不撤' }, ['VALIDATION_FAILED']],
    ['that refuses to hide', { action: 'HIDE' }, { outcome: 'REFUSED', note: '不隐藏' }, ['VALIDATION_FAILED']],
    ['that refuses without a reason', { action: 'PUBLISH' }, { outcome: 'REFUSED' }, ['REASON_REQUIRED']],
    ['for what has one', { outcome: 'DONE' }, {}, ['CONFLICT']],
    ['for what is no longer asked', { superseded: true }, {}, ['CONFLICT']],
    ['for what was never asked', { withheld: true }, {}, ['CONFLICT']],
  ] as const)('%s is none', (_what, changes, receipt, expected) => {
    expect(faults(changes, receipt)).toEqual(expected);
  });

  test('of today, and a refusal to publish with its reason, are taken', () => {
    expect(faults({}, {})).toEqual([]);
    expect(faults({ action: 'PUBLISH' }, { outcome: 'REFUSED', note: '信息不全' })).toEqual([]);
  });
});
