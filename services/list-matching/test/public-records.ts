import { expect } from '@jest/globals';
import type { Principal } from '@lianxin/contracts';
import { eventually } from '@lianxin/testing';
import type { ListCity } from './city.ts';
import { daysAgo, nextIdNumber, nextUscc } from './designations.ts';

const authority = { name: '示例生态环境局', usccCode: '11320799MB000006XY' };
let serial = 0;

/** A penalty as a department sends it, each of its own document and subject. */
export function penaltyOf(changes: Record<string, unknown> = {}): Record<string, unknown> & { subject: Record<string, unknown> } {
  serial++;
  const subject = { kind: 'LEGAL', name: `示例处罚${serial}号有限公司`, usccCode: nextUscc() };
  return {
    kind: 'PENALTY',
    subject,
    representative: { name: '王某', idType: 'ID_CARD', idNumber: nextIdNumber() },
    document: { number: `示环罚〔2026〕${serial}号` },
    decidedOn: daysAgo(1),
    authority,
    source: authority,
    publicUntil: '2029-11-01',
    penalty: { violation: '违法排放', facts: '合成数据', basis: '示例法', categories: ['FINE'], detail: '罚款', fineWan: '1.500001' },
    ...changes,
  } as never;
}

/** Columns of 双公示 2.0. */
export const columns2 = [
  'CF_XDR_MC',
  'CF_XDR_LB',
  'CF_XDR_SHXYM',
  'CF_FRDB',
  'CF_WSH',
  'CF_WFXW',
  'CF_SY',
  'CF_YJ',
  'CF_CFLB',
  'CF_NR',
  'CF_NR_FK',
  'CF_JDRQ',
  'CF_GSJZQ',
  'CF_CFJG',
  'CF_CFJGDM',
  'CF_SJLY',
  'CF_SJLYDM',
];
/** A line of such a file. */
export const row2 = (document: string, uscc = nextUscc(), changes: Record<string, string> = {}) => {
  const cells: Record<string, string> = {
    CF_XDR_MC: `示例${document}`,
    CF_XDR_LB: '法人及非法人组织',
    CF_XDR_SHXYM: uscc,
    CF_FRDB: '王某',
    CF_WSH: document,
    CF_WFXW: '违法',
    CF_SY: '合成数据',
    CF_YJ: '示例法',
    CF_CFLB: '罚款',
    CF_NR: '罚款',
    CF_NR_FK: '0.5',
    CF_JDRQ: '2026-11-02',
    CF_GSJZQ: '2029-11-02',
    CF_CFJG: '局',
    CF_CFJGDM: '11320799MB000006XY',
    CF_SJLY: '局',
    CF_SJLYDM: '11320799MB000006XY',
    ...changes,
  };
  return columns2.map((column) => cells[column]).join(',');
};
export interface RecordJob {
  id: string;
  status: string;
  finishedAt: string | null;
  failure: string | null;
  progress: { succeeded: number; failed: number };
  errors: { field: string | null; code: string }[];
}

export async function uploadBy(lists: ListCity, who: Principal, text: string, how = 'mode=partial'): Promise<RecordJob> {
  const accepted = await lists.call<RecordJob>(who, 'POST', `/api/v1/imports?kind=penalties&${how}`, text, { 'content-type': 'text/csv' });
  expect([accepted.status, accepted.body]).toEqual([202, expect.anything()]);
  return accepted.body;
}

/** Sends a file and waits for its end. */
export async function importedBy(lists: ListCity, who: Principal, text: string, how?: string): Promise<RecordJob> {
  const { id } = await uploadBy(lists, who, text, how);
  return eventually('the import has ended', async () => {
    const job = await lists.call<RecordJob>(who, 'GET', `/api/v1/jobs/${id}`);
    return job.body.finishedAt !== null && job.body;
  });
}
