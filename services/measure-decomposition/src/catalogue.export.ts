import { departmentQuerySchema, measureQuerySchema, memorandumQuerySchema } from '@lianxin/contracts';
import { exportOf } from '@lianxin/exports';
import { CatalogueReader } from './catalogue.reader.ts';

const reader = CatalogueReader;

export const measureExport = exportOf({
  path: 'measures',
  titleZh: '措施目录',
  tag: '措施',
  query: measureQuerySchema,
  reader,
  page: (catalogue, tx, _principal, query) => catalogue.measures(tx, query),
  columns: [
    { key: 'code', titleZh: '措施编码', kind: 'code', of: (row) => row.code },
    { key: 'nameZh', titleZh: '措施', kind: 'text', of: (row) => row.nameZh },
    { key: 'classNameZh', titleZh: '措施分类', kind: 'text', of: (row) => row.classNameZh },
    { key: 'direction', titleZh: '奖惩方向', kind: 'code', of: (row) => row.direction },
    { key: 'force', titleZh: '效力', kind: 'code', of: (row) => row.force },
    { key: 'trigger', titleZh: '触发方式', kind: 'code', of: (row) => row.trigger },
    { key: 'canonicalCode', titleZh: '归并编码', kind: 'code', of: (row) => row.canonicalCode },
    { key: 'listCodes', titleZh: '适用名单', kind: 'code', of: (row) => row.listCodes.join('、') },
    {
      key: 'gates',
      titleZh: '合法性审查',
      kind: 'text',
      of: (row) => row.gates.map((gate) => `${gate.listCode}：${gate.status}`).join('；'),
    },
    { key: 'executors', titleZh: '执行部门', kind: 'code', of: (row) => row.executors.map((one) => one.departmentCode).join('、') },
    { key: 'condition', titleZh: '条件', kind: 'text', of: (row) => row.condition },
    {
      key: 'bases',
      titleZh: '依据（已核对原文）',
      kind: 'text',
      of: (row) =>
        row.bases
          .filter((basis) => basis.verified)
          .map((basis) => `${basis.document}${basis.article ?? ''}`)
          .join('；'),
    },
    { key: 'memoCode', titleZh: '来源备忘录', kind: 'code', of: (row) => row.memoCode },
    { key: 'effectiveFrom', titleZh: '生效日期', kind: 'date', of: (row) => row.effectiveFrom },
    { key: 'effectiveTo', titleZh: '失效日期', kind: 'date', of: (row) => row.effectiveTo },
    { key: 'catalogueVersion', titleZh: '目录版本', kind: 'number', of: (row) => row.catalogueVersion },
  ],
});

export const departmentExport = exportOf({
  path: 'departments',
  titleZh: '部门',
  tag: '措施',
  query: departmentQuerySchema,
  reader,
  page: (catalogue, tx, _principal, query) => catalogue.departments(tx, query),
  columns: [
    { key: 'code', titleZh: '部门编码', kind: 'code', of: (row) => row.code },
    { key: 'nameZh', titleZh: '部门', kind: 'text', of: (row) => row.nameZh },
    { key: 'level', titleZh: '层级', kind: 'code', of: (row) => row.level },
    { key: 'tenant', titleZh: '接收任务', kind: 'flag', of: (row) => row.tenant },
    { key: 'supervised', titleZh: '纳入督办', kind: 'flag', of: (row) => row.supervised },
    { key: 'regionCode', titleZh: '行政区划', kind: 'code', of: (row) => row.regionCode },
    { key: 'parentCode', titleZh: '上级部门', kind: 'code', of: (row) => row.parentCode },
    { key: 'validFrom', titleZh: '启用日期', kind: 'date', of: (row) => row.validFrom },
  ],
});

export const memorandumExport = exportOf({
  path: 'memorandums',
  titleZh: '联合奖惩备忘录',
  tag: '措施',
  query: memorandumQuerySchema,
  reader,
  page: (catalogue, tx, _principal, query) => catalogue.memorandums(tx, query),
  columns: [
    { key: 'code', titleZh: '编号', kind: 'code', of: (row) => row.code },
    { key: 'titleZh', titleZh: '名称', kind: 'text', of: (row) => row.titleZh },
    { key: 'documentNo', titleZh: '文号', kind: 'code', of: (row) => row.documentNo },
    { key: 'dateOrYear', titleZh: '日期', kind: 'text', of: (row) => row.dateOrYear },
    { key: 'listCode', titleZh: '名单', kind: 'code', of: (row) => row.listCode },
    { key: 'leadDepartmentsZh', titleZh: '牵头单位', kind: 'text', of: (row) => row.leadDepartmentsZh.join('、') },
    { key: 'signingDepartments', titleZh: '签署单位数', kind: 'number', of: (row) => row.signingDepartments },
    { key: 'status', titleZh: '状态', kind: 'code', of: (row) => row.status },
    { key: 'verified', titleZh: '已核对原文', kind: 'flag', of: (row) => row.verified },
    { key: 'measureCodes', titleZh: '措施', kind: 'code', of: (row) => row.measureCodes.join('、') },
  ],
});
