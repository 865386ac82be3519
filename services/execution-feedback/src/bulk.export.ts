import { idSchema } from '@lianxin/contracts';
import { exportOf } from '@lianxin/exports';
import { bulkItemQuerySchema } from './bulk.api.ts';
import { BulkService } from './bulk.service.ts';

/** What became of each task of one bulk action. */
export const bulkItemExport = exportOf({
  path: 'task-bulks/items',
  titleZh: '批量办理明细',
  tag: '任务',
  query: bulkItemQuerySchema.extend({ bulkId: idSchema }),
  reader: BulkService,
  page: (bulks, tx, _principal, { bulkId, ...query }) => bulks.items(tx, bulkId, query),
  columns: [
    { key: 'place', titleZh: '序号', kind: 'number', of: (row) => row.place },
    { key: 'taskId', titleZh: '任务编号', kind: 'code', of: (row) => row.taskId },
    { key: 'seenStatus', titleZh: '预览时状态', kind: 'code', of: (row) => row.seenStatus },
    { key: 'seenVersion', titleZh: '预览时版本', kind: 'number', of: (row) => row.seenVersion },
    { key: 'status', titleZh: '结果', kind: 'code', of: (row) => row.status },
    { key: 'code', titleZh: '未办理原因代码', kind: 'code', of: (row) => row.code },
    { key: 'detail', titleZh: '未办理原因', kind: 'text', of: (row) => row.detail },
  ],
});
