import { cityWideRoles, pageQuerySchema } from '@lianxin/contracts';
import { exportOf } from '@lianxin/exports';
import { draftQuerySchema, jobQuerySchema } from './catalogue-draft.api.ts';
import { readDrafts } from './catalogue-draft.controller.ts';
import { CatalogueDraftStore } from './catalogue-draft.store.ts';
import { readJobs, readVersions } from './catalogue-job.controller.ts';
import { CatalogueJobStore } from './catalogue-job.store.ts';

const tag = '目录版本';

export const draftExport = exportOf({
  path: 'catalogue/drafts',
  titleZh: '目录草案',
  tag,
  roles: cityWideRoles,
  query: draftQuerySchema,
  reader: CatalogueDraftStore,
  page: (drafts, tx, _principal, query) => readDrafts(drafts, tx, query),
  columns: [
    { key: 'id', titleZh: '草案编号', kind: 'code', of: (row) => row.id },
    { key: 'titleZh', titleZh: '标题', kind: 'text', of: (row) => row.titleZh },
    { key: 'reasonZh', titleZh: '理由', kind: 'text', of: (row) => row.reasonZh },
    { key: 'documentNo', titleZh: '文号', kind: 'code', of: (row) => row.documentNo },
    { key: 'baseVersion', titleZh: '所据版本', kind: 'number', of: (row) => row.baseVersion },
    { key: 'status', titleZh: '状态', kind: 'code', of: (row) => row.status },
    { key: 'version', titleZh: '成为版本', kind: 'number', of: (row) => row.version },
    { key: 'effectiveFrom', titleZh: '施行日期', kind: 'date', of: (row) => row.effectiveFrom },
    { key: 'changedRows', titleZh: '修改行数', kind: 'number', of: (row) => row.changedRows },
    { key: 'editors', titleZh: '编辑人', kind: 'code', of: (row) => row.editors.join('、') },
    { key: 'publishedBy', titleZh: '发布人', kind: 'code', of: (row) => row.publishedBy },
    { key: 'createdAt', titleZh: '起草时间', kind: 'instant', of: (row) => row.createdAt },
    { key: 'publishedAt', titleZh: '发布时间', kind: 'instant', of: (row) => row.publishedAt },
  ],
});

export const versionExport = exportOf({
  path: 'catalogue/versions',
  titleZh: '目录版本',
  tag,
  query: pageQuerySchema,
  reader: CatalogueDraftStore,
  page: (drafts, tx, _principal, query) => readVersions(drafts, tx, query),
  columns: [
    { key: 'version', titleZh: '版本', kind: 'number', of: (row) => row.version },
    { key: 'titleZh', titleZh: '标题', kind: 'text', of: (row) => row.titleZh },
    { key: 'documentNo', titleZh: '文号', kind: 'code', of: (row) => row.documentNo },
    { key: 'effectiveFrom', titleZh: '施行日期', kind: 'date', of: (row) => row.effectiveFrom },
    { key: 'inForceSince', titleZh: '生效时间', kind: 'instant', of: (row) => row.inForceSince },
    { key: 'rows', titleZh: '行数', kind: 'number', of: (row) => row.rows },
    { key: 'editors', titleZh: '编辑人', kind: 'code', of: (row) => row.editors.join('、') },
    { key: 'publishedBy', titleZh: '发布人', kind: 'code', of: (row) => row.publishedBy },
  ],
});

export const catalogueJobExport = exportOf({
  path: 'catalogue/jobs',
  titleZh: '目录作业',
  tag,
  roles: cityWideRoles,
  query: jobQuerySchema,
  reader: CatalogueJobStore,
  page: (jobs, tx, _principal, query) => readJobs(jobs, tx, query, new Date()),
  columns: [
    { key: 'id', titleZh: '作业编号', kind: 'code', of: (row) => row.id },
    { key: 'kind', titleZh: '种类', kind: 'code', of: (row) => row.kind },
    { key: 'status', titleZh: '状态', kind: 'code', of: (row) => row.status },
    { key: 'version', titleZh: '版本', kind: 'number', of: (row) => row.version },
    { key: 'draftId', titleZh: '草案编号', kind: 'code', of: (row) => row.draftId },
    { key: 'effectiveFrom', titleZh: '施行日期', kind: 'date', of: (row) => row.effectiveFrom },
    { key: 'total', titleZh: '分解数', kind: 'number', of: (row) => row.progress.total },
    { key: 'done', titleZh: '已处理', kind: 'number', of: (row) => row.progress.done },
    { key: 'failed', titleZh: '失败', kind: 'number', of: (row) => row.progress.failed },
    { key: 'added', titleZh: '新增', kind: 'number', of: (row) => row.result.added },
    { key: 'withdrawn', titleZh: '撤回', kind: 'number', of: (row) => row.result.withdrawn },
    { key: 'result', titleZh: '结果', kind: 'text', of: (row) => row.result.textZh },
  ],
});
