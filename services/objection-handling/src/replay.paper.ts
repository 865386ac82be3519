import { beijingTime } from '@lianxin/contracts';
import type { Paper, PaperBlock } from '@lianxin/documents';
import type { ReplayStatus } from './replay.rules.ts';
import type { ReplayView } from './replay.schemas.ts';
import { groundZh, replayStatusZh, replayStepZh, rowActionZh, rowKindZh, sideEffectZh } from './replay.words.ts';
import type { DifferenceRow } from './replay-difference.rules.ts';

/** The evidence in readable form: what was asked, on what ground, what came out, who agreed, and every step. */
export function replayPaper(view: ReplayView, rows: AsyncIterable<readonly string[]>, madeAt: Date): Paper {
  return {
    title: '名单记录回放证据摘要',
    documentNo: view.id,
    footer: `差异 SHA-256 ${view.sha256 ?? '—'}`,
    madeAt,
    blocks: blocksOf(view, rows),
  };
}

async function* blocksOf(view: ReplayView, rows: AsyncIterable<readonly string[]>): AsyncGenerator<PaperBlock> {
  yield {
    kind: 'fields',
    fields: [
      ['状态', view.statusZh],
      ['事由', view.ground === null ? '—' : groundZh[view.ground]],
      ['文号', view.documentNo ?? '—'],
      ['理由', view.reason],
      ['工单', view.ticketNo ?? '—'],
      ['对外影响', sideEffectZh[view.sideEffects]],
      ['案件数', String(view.cases)],
      ['提出', `${view.requestedBy} ${beijingTime(view.requestedAt)}`],
      ['批准', view.approvedBy === null ? '—' : `${view.approvedBy} ${view.approvedOn ?? ''}`],
      ['执行', view.appliedOn ?? '—'],
    ],
  };
  yield { kind: 'heading', text: '结论' };
  yield { kind: 'paragraph', text: view.story ?? '方案尚未形成' };
  if (view.detail !== null) yield { kind: 'paragraph', text: view.detail };
  if (view.toConfirm.length > 0) {
    yield { kind: 'heading', text: '认定单位确认' };
    const given = (code: string) => view.confirmations.find((one) => one.departmentCode === code);
    yield {
      kind: 'fields',
      fields: view.toConfirm.map((code) => {
        const one = given(code);
        return [code, one === undefined ? '尚未确认' : `${one.by} ${one.on} ${one.documentNo ?? ''}`] as const;
      }),
    };
  }
  yield { kind: 'heading', text: '差异' };
  const titles = ['种类', '变化', '措施或编号', '部门', '案件'];
  yield { kind: 'table', columns: titles.map((title, index) => ({ title, width: index === 4 ? 3 : 1.2 })), rows };
  yield { kind: 'heading', text: '办理过程' };
  yield {
    kind: 'table',
    columns: [
      { title: '时间', width: 2 },
      { title: '步骤', width: 1.4 },
      { title: '办理人', width: 2 },
      { title: '状态', width: 1.4 },
    ],
    rows: view.steps.map((step) => [
      beijingTime(step.at),
      replayStepZh[step.action] ?? step.action,
      `${step.actor} ${step.unit ?? ''}`.trim(),
      replayStatusZh[step.to as ReplayStatus],
    ]),
  };
}

/** A row of the difference on the paper; what has no code of a measure and no number goes by its id. */
export function paperRowOf(row: DifferenceRow, entryId: string): readonly string[] {
  const what = row.facts['measureCode'] ?? row.facts['number'] ?? row.id ?? '';
  return [rowKindZh[row.kind], rowActionZh[row.action], String(what), row.departmentCode ?? '', entryId];
}
