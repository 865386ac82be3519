import { cityWideRoles, type DecompositionView, decompositionQuerySchema, incidentQuerySchema, pageQuerySchema } from '@lianxin/contracts';
import { exportOf } from '@lianxin/exports';
import { IncidentStore } from './incident.store.ts';
import { readIncidentGroups, readIncidents } from './incident.view.ts';
import { PlanReader } from './plan.controller.ts';

type Group = DecompositionView['groups'][number];
/** One party and one measure by one department, or one measure that the party does not get. */
interface PlanLine {
  readonly plan: DecompositionView;
  readonly party: Group['parties'][number];
  readonly measureCode: string | null;
  readonly nameZh: string | null;
  readonly executor: Group['items'][number]['executors'][number] | undefined;
  readonly skip: string | null;
  readonly explanation: Group['items'][number]['explanation'];
}

function linesOf(plan: DecompositionView): PlanLine[] {
  return plan.groups.flatMap((group) =>
    group.parties.flatMap((party): PlanLine[] => [
      ...group.items.flatMap(({ measureCode, nameZh, explanation, executors }) =>
        executors.map((executor) => ({ plan, party, measureCode, nameZh, executor, skip: null, explanation })),
      ),
      ...group.skips.map(({ measureCode, nameZh, explanation, reason }) => ({
        ...{ plan, party, measureCode, nameZh, executor: undefined },
        skip: reason,
        explanation,
      })),
    ]),
  );
}

export const decompositionExport = exportOf({
  path: 'decompositions',
  titleZh: '分解结果',
  tag: '分解',
  roles: cityWideRoles,
  query: decompositionQuerySchema,
  reader: PlanReader,
  page: async (reader, tx, _principal, query) => {
    const { data, page } = await reader.ofEntry(tx, query.entryId);
    return { data: data.flatMap(linesOf), page };
  },
  columns: [
    { key: 'entryNumber', titleZh: '名单记录', kind: 'code', of: ({ plan }) => plan.entryNumber },
    { key: 'listCode', titleZh: '名单', kind: 'code', of: ({ plan }) => plan.listCode },
    { key: 'activationNo', titleZh: '第几次生效', kind: 'number', of: ({ plan }) => plan.activationNo },
    { key: 'planStatus', titleZh: '分解状态', kind: 'code', of: ({ plan }) => plan.status },
    { key: 'partyId', titleZh: '当事人', kind: 'code', of: ({ party }) => party.partyId },
    { key: 'partyRole', titleZh: '当事人身份', kind: 'code', of: ({ party }) => party.role },
    { key: 'measureCode', titleZh: '措施编码', kind: 'code', of: (line) => line.measureCode },
    { key: 'measureNameZh', titleZh: '措施', kind: 'text', of: (line) => line.nameZh },
    { key: 'departmentCode', titleZh: '执行部门编码', kind: 'code', of: ({ executor }) => executor?.departmentCode ?? null },
    { key: 'departmentNameZh', titleZh: '执行部门', kind: 'text', of: ({ executor }) => executor?.departmentNameZh ?? null },
    { key: 'notice', titleZh: '仅告知', kind: 'flag', of: ({ executor }) => executor?.notice ?? null },
    { key: 'skipReason', titleZh: '不产生的原因', kind: 'code', of: (line) => line.skip },
    { key: 'clause', titleZh: '条款', kind: 'code', of: ({ explanation }) => explanation.clause },
    { key: 'explanation', titleZh: '说明', kind: 'text', of: ({ explanation }) => explanation.textZh },
    { key: 'madeAt', titleZh: '分解时间', kind: 'instant', of: ({ plan }) => plan.madeAt },
  ],
});

export const incidentExport = exportOf({
  path: 'incidents',
  titleZh: '分解异常',
  tag: '分解',
  roles: cityWideRoles,
  query: incidentQuerySchema,
  reader: IncidentStore,
  page: (store, tx, _principal, query) => readIncidents(store, tx, query),
  columns: [
    { key: 'id', titleZh: '编号', kind: 'code', of: (row) => row.id },
    { key: 'cause', titleZh: '原因', kind: 'code', of: (row) => row.cause },
    { key: 'groupKey', titleZh: '同类标识', kind: 'code', of: (row) => row.groupKey },
    { key: 'groupSize', titleZh: '同类数量', kind: 'number', of: (row) => row.groupSize },
    { key: 'textZh', titleZh: '说明', kind: 'text', of: (row) => row.textZh },
    { key: 'entryId', titleZh: '名单记录', kind: 'code', of: (row) => row.entryId },
    { key: 'listCode', titleZh: '名单', kind: 'code', of: (row) => row.listCode },
    { key: 'measureCode', titleZh: '措施编码', kind: 'code', of: (row) => row.measureCode },
    { key: 'raisedAt', titleZh: '发生时间', kind: 'instant', of: (row) => row.raisedAt },
    { key: 'state', titleZh: '状态', kind: 'code', of: (row) => row.state },
    { key: 'resolvedAt', titleZh: '解决时间', kind: 'instant', of: (row) => row.resolvedAt },
    { key: 'ignoredReason', titleZh: '不处理的理由', kind: 'text', of: (row) => row.ignoredReason },
  ],
});

export const incidentGroupExport = exportOf({
  path: 'incidents/groups',
  titleZh: '分解异常（按原因）',
  tag: '分解',
  roles: cityWideRoles,
  query: pageQuerySchema,
  reader: IncidentStore,
  page: (store, tx, _principal, query) => readIncidentGroups(store, tx, query),
  columns: [
    { key: 'cause', titleZh: '原因', kind: 'code', of: (row) => row.cause },
    { key: 'groupKey', titleZh: '同类标识', kind: 'code', of: (row) => row.groupKey },
    { key: 'count', titleZh: '异常数', kind: 'number', of: (row) => row.count },
    { key: 'entries', titleZh: '记录数', kind: 'number', of: (row) => row.entries },
    { key: 'measureCodes', titleZh: '措施', kind: 'code', of: (row) => row.measureCodes.join('、') },
    { key: 'listCodes', titleZh: '名单', kind: 'code', of: (row) => row.listCodes.join('、') },
    { key: 'textZh', titleZh: '说明', kind: 'text', of: (row) => row.textZh },
    { key: 'firstRaisedAt', titleZh: '最早发生', kind: 'instant', of: (row) => row.firstRaisedAt },
    { key: 'lastRaisedAt', titleZh: '最近发生', kind: 'instant', of: (row) => row.lastRaisedAt },
  ],
});
