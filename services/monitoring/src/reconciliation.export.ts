import { cityWideRoles, pageQuerySchema } from '@lianxin/contracts';
import { exportOf } from '@lianxin/exports';
import { readRuns } from './reconciliation.controller.ts';
import { ReconciliationStore } from './reconciliation.store.ts';

export const reconciliationExport = exportOf({
  path: 'reconciliations',
  titleZh: '对账记录',
  tag: '对账',
  roles: cityWideRoles,
  query: pageQuerySchema,
  reader: ReconciliationStore,
  // A run of the past whose parts have not all answered is silent; the newest is told on its page.
  page: (store, tx, _principal, query) => readRuns(store, tx, query, { now: new Date(), waitMs: 0 }),
  columns: [
    { key: 'id', titleZh: '对账编号', kind: 'code', of: (row) => row.id },
    { key: 'requestedAt', titleZh: '开始时间', kind: 'instant', of: (row) => row.requestedAt },
    { key: 'by', titleZh: '发起', kind: 'code', of: (row) => row.by },
    { key: 'status', titleZh: '结果', kind: 'code', of: (row) => row.status },
    { key: 'differences', titleZh: '差异数', kind: 'number', of: (row) => row.differences },
    { key: 'textZh', titleZh: '说明', kind: 'text', of: (row) => row.textZh },
  ],
});
