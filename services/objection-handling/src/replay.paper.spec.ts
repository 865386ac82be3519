import { expect, test } from '@jest/globals';
import type { PaperBlock } from '@lianxin/documents';
import { paperRowOf, replayPaper } from './replay.paper.ts';
import { allowedReplayActions, replayStatuses } from './replay.rules.ts';
import type { ReplayView } from './replay.schemas.ts';
import { replayStepZh } from './replay.words.ts';

const step = { version: 1, actor: 'ADMIN', unit: null };
const view = {
  ...{ statusZh: '已执行', ground: 'COURT_RULING', documentNo: '(2026)苏07行终1号', reason: '错列', ticketNo: null, sideEffects: 'notify' },
  ...{ cases: 1, requestedBy: 'ADMIN', requestedAt: '2026-11-23T23:28:54.659Z', approvedBy: 'ADMIN2', approvedOn: '2026-11-24' },
  ...{ appliedOn: '2026-11-24', story: '撤回 19', detail: null, toConfirm: [], confirmations: [] },
  steps: [
    { ...step, action: 'REQUEST', to: 'PLANNING', at: '2026-11-23T23:28:54.659Z' },
    { ...step, action: 'APPROVE', to: 'APPROVED', at: '2026-11-23T23:28:58.000Z' },
  ],
} as unknown as ReplayView;
async function* none(): AsyncGenerator<readonly string[]> {}

test('the summary of the evidence is Chinese throughout, and all its times are those of Beijing', async () => {
  const blocks: PaperBlock[] = [];
  for await (const block of replayPaper(view, none(), new Date('2026-11-23T23:30:00Z')).blocks) blocks.push(block);
  const text = JSON.stringify(blocks);
  expect(text).toContain('["提出","ADMIN 2026-11-24 07:28:54"]');
  expect(text).toContain('["2026-11-24 07:28:54","提出","ADMIN","推演中"]');
  expect(text).toContain('["2026-11-24 07:28:58","批准","ADMIN","已批准"]');
  expect(text).not.toMatch(/T23:28|APPROVE|PLANNING/);
});

test('a row of the difference says what becomes of what, in words', () => {
  const row = { kind: 'TASK', action: 'WITHDRAW', id: 't', departmentCode: 'CZJ', facts: { measureCode: 'WAGE-01' } } as const;
  expect(paperRowOf(row, 'e')).toEqual(['任务', '撤回', 'WAGE-01', 'CZJ', 'e']);
  expect(paperRowOf({ ...row, kind: 'ENTRY', action: 'END', facts: { number: 'LYG-MD-1' } }, 'e').slice(0, 3)).toEqual([
    '名单记录',
    '终止',
    'LYG-MD-1',
  ]);
  expect(paperRowOf({ ...row, facts: {}, departmentCode: null }, 'e').slice(2, 4)).toEqual(['t', '']);
});

test('every step of a replay has a word', () => {
  const steps = ['REQUEST', ...replayStatuses.flatMap(allowedReplayActions)];
  expect(steps.filter((one) => replayStepZh[one] === undefined)).toEqual([]);
});
