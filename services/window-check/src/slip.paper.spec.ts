import { describe, expect, test } from '@jest/globals';
import type { CheckAnswer, CheckCard } from '@lianxin/contracts';
import { slipPaperOf } from './slip.paper.ts';

const id = '019f0000-0000-7000-8000-000000000001';
const suggestion: CheckCard['suggestions'][number] = {
  uuid: id,
  label: '限制食品经营许可',
  measureId: 'FOOD-01',
  level: 'BLOCK',
  basis: '食品安全法第135条',
  isRecommended: true,
};
const card: CheckCard = {
  uuid: id,
  subjectRole: 'applicant',
  subjectIndex: 0,
  indicator: 'critical',
  summary: '严重失信主体：依法限制本事项（1 项措施）',
  detail: '市市场监管局于 2026-11-02 列入',
  source: { label: '市市场监管局 · 决1号' },
  entryId: id,
  suggestions: [suggestion],
  selectionBehavior: 'any',
  overrideReasons: [],
  links: [],
  answered: { outcome: 'overridden', at: '2026-11-23T01:20:00.000Z' },
};
const answer: CheckAnswer = {
  id,
  number: 'LYG-HC-2026-000001',
  status: 'complete',
  degraded: false,
  policy: null,
  askedAt: '2026-11-23T01:12:05.000Z',
  dataAsOf: '2026-11-23T01:12:05.000Z',
  subjects: [{ role: 'applicant', identity: 'EXACT', nameMasked: '示例一号公司' }],
  cards: [card],
};
const head = { matterName: '食品经营许可', matterCode: 'SPJY', caseNo: '办件1', departmentName: '市数据局', operatorId: '窗口3' };

const footerOf = (changed: Partial<CheckAnswer> = {}, changedHead: Partial<typeof head | { caseNo: null; operatorId: null }> = {}) =>
  slipPaperOf({ ...answer, ...changed }, { ...head, ...changedHead }).footer;
const withCard = (changed: Partial<CheckCard>) => footerOf({ cards: [{ ...card, ...changed }] });
const withSuggestion = (changed: Partial<typeof suggestion>) => withCard({ suggestions: [{ ...suggestion, ...changed }] });

describe('the digest at the foot of a slip', () => {
  test('is the same for the same slip', () => {
    expect(footerOf()).toBe(footerOf());
    expect(footerOf()).toMatch(/内容校验 [0-9a-f]{64}$/);
  });

  test.each<[string, () => string | undefined]>([
    ['the check', () => footerOf({ id: '019f0000-0000-7000-8000-000000000002' })],
    ['the hour', () => footerOf({ askedAt: '2026-11-23T01:12:06.000Z' })],
    ['the name of the matter', () => footerOf({}, { matterName: '药品经营许可' })],
    ['the code of the matter', () => footerOf({}, { matterCode: 'YPJY' })],
    ['the case', () => footerOf({}, { caseNo: '办件2' })],
    ['that there is no case', () => footerOf({}, { caseNo: null })],
    ['the department', () => footerOf({}, { departmentName: '市住建局' })],
    ['the operator', () => footerOf({}, { operatorId: '窗口4' })],
    ['that no operator is named', () => footerOf({}, { operatorId: null })],
    ['the role of a subject', () => footerOf({ subjects: [{ role: 'bidder', identity: 'EXACT', nameMasked: '示例一号公司' }] })],
    ['the name of a subject', () => footerOf({ subjects: [{ role: 'applicant', identity: 'EXACT', nameMasked: '示例二号公司' }] })],
    [
      'how sure the identity is',
      () => footerOf({ subjects: [{ role: 'applicant', identity: 'NAME_DIFFERS', nameMasked: '示例一号公司' }] }),
    ],
    ['one more subject', () => footerOf({ subjects: [...answer.subjects, { role: 'bidder', identity: 'UNKNOWN', nameMasked: null }] })],
    ['that there is no card', () => footerOf({ cards: [] })],
    ['one more card', () => footerOf({ cards: [card, card] })],
    ['the weight of a card', () => withCard({ indicator: 'warning' })],
    ['whom a card is about', () => withCard({ subjectIndex: 1 })],
    ['the summary of a card', () => withCard({ summary: '严重失信主体：依法限制本事项（2 项措施）' })],
    ['the detail of a card', () => withCard({ detail: '市市场监管局于 2026-11-03 列入' })],
    ['the source of a card', () => withCard({ source: { label: '市市场监管局 · 决2号' } })],
    ['that the card is not decided', () => withCard({ answered: null })],
    ['how the card was decided', () => withCard({ answered: { outcome: 'accepted', at: '2026-11-23T01:20:00.000Z' } })],
    ['when the card was decided', () => withCard({ answered: { outcome: 'overridden', at: '2026-11-23T01:20:01.000Z' } })],
    ['that there is no measure', () => withCard({ suggestions: [] })],
    ['the code of a measure', () => withSuggestion({ measureId: 'FOOD-02' })],
    ['the name of a measure', () => withSuggestion({ label: '禁止食品经营' })],
    ['the basis of a measure', () => withSuggestion({ basis: '食品安全法第136条' })],
    ['that a measure is on hold', () => withSuggestion({ isHeld: true })],
    ['that no basis is verified', () => withSuggestion({ basis: null })],
  ])('changes with %s', (_what, changed) => {
    const digestIn = (footer: string | undefined) => footer?.slice(-64);
    expect(digestIn(changed())).not.toBe(digestIn(footerOf()));
  });

  test('changes with the number, which stands beside it too', () => {
    const other = footerOf({ number: 'LYG-HC-2026-000002' });
    expect(other?.slice(-64)).not.toBe(footerOf()?.slice(-64));
    expect(other).toContain('LYG-HC-2026-000002');
  });
});
