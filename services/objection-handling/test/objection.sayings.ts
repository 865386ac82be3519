import { createHash } from 'node:crypto';
import { addWorkingDays, beijingDate, calendar2026 } from '@lianxin/contracts';
import type { Flag } from './sayings.ts';

export const today = beijingDate(new Date());
export const wd = (days: number) => addWorkingDays(calendar2026, today, days).date;
export const evidence = (text: string) => ({ title: text, sha256: createHash('sha256').update(text).digest('hex') });

export const submission = (flag: Flag, change: Record<string, unknown> = {}) => ({
  target: { kind: 'LIST_ENTRY', id: flag.entryId },
  kinds: ['CONDITIONS_NOT_MET'],
  capacity: 'SUBJECT',
  channel: 'WINDOW',
  applicant: { name: '张三丰', idType: 'ID_CARD', idNumber: '32070019900101001X', phone: '13800001234' },
  identityProof: { documentNo: '身份证核验', how: 'ID_DOCUMENT' },
  statement: '税款已缴清，列入有误',
  evidence: [evidence('完税凭证')],
  ...change,
});

export const dismissal = { outcome: 'DISMISSED', effect: 'KEEP', documentNo: '税异〔2026〕1号', reasons: '认定事实清楚，依据充分' };
export const upheld = {
  outcome: 'UPHELD',
  effect: 'VOID',
  errorSource: 'SOURCE',
  documentNo: '税异〔2026〕2号',
  reasons: '列入条件未满足',
};
export const answer = { documentNo: '信用办复〔2026〕1号', method: 'DIRECT', answeredOn: today };
