import { beijingDate, cityWideRoles } from '@lianxin/contracts';
import { exportOf } from '@lianxin/exports';
import { parameterChangeQuerySchema, parameterQuerySchema } from './parameter.api.ts';
import { ParameterStore } from './parameter.store.ts';
import { readParameterChanges, readParameters } from './parameter.view.ts';

const tag = '参数';

export const parameterExport = exportOf({
  path: 'parameters',
  titleZh: '参数',
  tag,
  query: parameterQuerySchema,
  reader: ParameterStore,
  page: (store, tx, _principal, query) => readParameters(store, tx, query, beijingDate(new Date())),
  columns: [
    { key: 'key', titleZh: '参数代码', kind: 'code', of: (row) => row.key },
    { key: 'titleZh', titleZh: '名称', kind: 'text', of: (row) => row.titleZh },
    { key: 'type', titleZh: '种类', kind: 'code', of: (row) => row.type },
    { key: 'clause', titleZh: '依据', kind: 'code', of: (row) => row.clause },
    { key: 'service', titleZh: '读取服务', kind: 'code', of: (row) => row.service },
    { key: 'counts', titleZh: '以哪天的值为准', kind: 'code', of: (row) => row.counts },
    { key: 'default', titleZh: '默认值', kind: 'number', of: (row) => row.default },
    { key: 'min', titleZh: '下限', kind: 'number', of: (row) => row.min },
    { key: 'max', titleZh: '上限', kind: 'number', of: (row) => row.max },
    { key: 'date', titleZh: '日期', kind: 'date', of: (row) => row.date },
    { key: 'value', titleZh: '当日值', kind: 'number', of: (row) => row.value },
    { key: 'since', titleZh: '自何日起', kind: 'date', of: (row) => row.since },
    {
      key: 'upcoming',
      titleZh: '待生效',
      kind: 'text',
      of: (row) => row.upcoming.map((one) => `${one.validFrom}起${one.value}`).join('；'),
    },
  ],
});

export const parameterChangeExport = exportOf({
  path: 'parameter-changes',
  titleZh: '参数变更记录',
  tag,
  roles: cityWideRoles,
  query: parameterChangeQuerySchema,
  reader: ParameterStore,
  page: (store, tx, _principal, query) => readParameterChanges(store, tx, query),
  columns: [
    { key: 'id', titleZh: '变更编号', kind: 'code', of: (row) => row.id },
    { key: 'key', titleZh: '参数代码', kind: 'code', of: (row) => row.key },
    { key: 'titleZh', titleZh: '名称', kind: 'text', of: (row) => row.titleZh },
    { key: 'previousValue', titleZh: '原值', kind: 'number', of: (row) => row.previousValue },
    { key: 'value', titleZh: '新值', kind: 'number', of: (row) => row.value },
    { key: 'validFrom', titleZh: '生效日', kind: 'date', of: (row) => row.validFrom },
    { key: 'status', titleZh: '状态', kind: 'code', of: (row) => row.status },
    { key: 'reasonZh', titleZh: '理由', kind: 'text', of: (row) => row.reasonZh },
    { key: 'documentNo', titleZh: '文号', kind: 'code', of: (row) => row.documentNo },
    {
      key: 'facts',
      titleZh: '经过',
      kind: 'text',
      of: (row) =>
        row.facts.map((fact) => `${fact.at} ${fact.by} ${fact.what}${fact.reasonZh === null ? '' : `（${fact.reasonZh}）`}`).join('；'),
    },
  ],
});
