import { pageQuerySchema } from '@lianxin/contracts';
import { exportOf } from '@lianxin/exports';
import { ApiClientService } from './api-client.service.ts';

export const apiClientExport = exportOf({
  path: 'api-clients',
  titleZh: 'API 客户端',
  tag: '账户',
  roles: ['REPLAY_ADMIN', 'AUDITOR'],
  query: pageQuerySchema,
  reader: ApiClientService,
  page: (clients, tx, _principal, query) => clients.readPage(tx, query),
  columns: [
    { key: 'id', titleZh: '客户端编号', kind: 'code', of: (row) => row.id },
    { key: 'name', titleZh: '名称', kind: 'text', of: (row) => row.name },
    { key: 'roles', titleZh: '角色', kind: 'code', of: (row) => row.roles.join('、') },
    { key: 'departments', titleZh: '部门', kind: 'code', of: (row) => row.departments.join('、') },
    { key: 'createdAt', titleZh: '登记时间', kind: 'instant', of: (row) => row.createdAt },
    { key: 'createdBy', titleZh: '登记人', kind: 'code', of: (row) => row.createdBy },
    { key: 'revokedAt', titleZh: '撤销时间', kind: 'instant', of: (row) => row.revokedAt },
    { key: 'lastUsedAt', titleZh: '最近使用', kind: 'instant', of: (row) => row.lastUsedAt },
  ],
});
