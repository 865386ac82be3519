import { describe, expect, test } from '@jest/globals';
import { entryStatuses } from '@lianxin/contracts';
import { type ExitFact, exitFactOf, exitNoticeOf } from './exit-notice.rules.ts';

const at = new Date('2026-11-23T20:00:00Z');
const fact = (changes: Partial<ExitFact> = {}): ExitFact => ({
  to_status: 'EXPIRED',
  from_status: 'ACTIVE',
  at,
  detail: { ground: 'DUTIES_PERFORMED', documentNo: '退1号', date: '2026-11-20' },
  ...changes,
});
const entry = {
  listName: '严重失信名单',
  listType: 'BLACK',
  departmentName: '市人社局',
  subjectName: '示例有限公司',
  decision: { name: '列入决定书', number: '列1号', date: '2026-01-05' },
} as const;

describe('what the public is told at the end (R-2-11)', () => {
  test('who, since when, why, by which document, and that it all ends', () => {
    expect(exitNoticeOf(entry, fact())).toEqual({
      title: '移出严重失信名单公告',
      exitedOn: '2026-11-20',
      reason: '已履行相关义务',
      documentNo: '退1号',
      text: '市人社局2026年1月5日以列入决定书（列1号）将示例有限公司列入严重失信名单。因已履行相关义务，自2026年11月20日起移出该名单，终止公示，停止共享和使用，解除据此采取的惩戒措施。',
    });
  });

  test.each<[string, Partial<ExitFact>, string, string | null, string]>([
    [
      'by its term, on its last day however late that was noticed',
      { detail: { ground: 'TERM_REACHED', validTo: '2026-11-01' } },
      '期限届满',
      null,
      '2026-11-01',
    ],
    [
      'as repaired',
      { to_status: 'REPAIRED', detail: { document: { number: '修1号', date: '2026-11-19' } } },
      '已完成信用修复',
      '修1号',
      '2026-11-19',
    ],
    ['because its basis fell', { to_status: 'REVOKED', detail: {} }, '作为依据的决定已被撤销或者变更', null, '2026-11-24'],
    // Which black entry it was is nobody's business here (R-7-1a).
    [
      'as an honour that met a black entry',
      { to_status: 'EXCLUDED', detail: { ground: 'BLACK_LISTED', documentNo: '列9号', by: { number: 'LYG-MD-2026-000009' } } },
      '不再符合守信激励对象的条件',
      null,
      '2026-11-24',
    ],
    [
      'on a ground of the court',
      { detail: { ground: 'ENFORCEMENT_TERMINATED', documentNo: '终1号' } },
      '人民法院依法裁定终结执行',
      '终1号',
      '2026-11-24',
    ],
    ['on a ground that has no words', { detail: { ground: 'SOMETHING' } }, '符合移出条件', null, '2026-11-24'],
    ['with a day that is none', { detail: { date: 5, document: 'x' } }, '符合移出条件', null, '2026-11-24'],
  ])('%s', (_what, changes, reason, documentNo, exitedOn) => {
    const notice = exitNoticeOf(entry, fact(changes));
    expect([notice.reason, notice.documentNo, notice.exitedOn]).toEqual([reason, documentNo, exitedOn]);
    expect(notice.text).not.toContain('LYG-MD');
  });

  test('what was wrong from the start is put right where it was told (R-6-8), of an honour only that it ends', () => {
    expect(exitNoticeOf(entry, fact({ to_status: 'CORRECTED' })).text).toContain('特此更正，消除影响');
    const honour = exitNoticeOf({ ...entry, listType: 'RED' }, fact({ to_status: 'CORRECTED' })).text;
    expect([honour.includes('消除影响'), honour.includes('惩戒')]).toEqual([false, false]);
  });

  test('there is none while it is on its list, before it was, or when it was never designated; facts beside the state do not hide the exit', () => {
    const told = entryStatuses.filter((status) => exitFactOf([fact({ to_status: status, from_status: 'DRAFT' })]) !== undefined);
    expect(told).toEqual(['EXPIRED', 'REPAIRED', 'CORRECTED', 'REVOKED', 'EXCLUDED', 'SUPERSEDED', 'CLOSED_SUBJECT']);
    expect(exitFactOf([])).toBeUndefined();
    const repaired = fact({ to_status: 'REPAIRED' });
    expect(exitFactOf([repaired, fact({ from_status: 'REPAIRED', to_status: 'REPAIRED' })])).toBe(repaired);
    expect(exitFactOf([repaired, fact({ from_status: 'REPAIRED', to_status: 'ACTIVE' })])).toBeUndefined();
  });
});
