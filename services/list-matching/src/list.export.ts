import { exportOf } from '@lianxin/exports';
import { Clock } from '@lianxin/platform';
import { z } from 'zod';
import { readLists } from './list-definition.controller.ts';
import { listQuerySchema } from './list-entry.controller.ts';
import { ListEntryService } from './list-entry.service.ts';
import type { ListEntrySummary } from './list-entry.view.ts';
import { querySchema } from './match-candidate.controller.ts';
import { MatchCandidateService } from './match-candidate.service.ts';

const roleList = (entry: ListEntrySummary) => entry.parties.map((party) => party.role).join('、');

/** Parties stand by their roles: the row tells whom the entry is about, and nobody beside. */
export const listEntryExport = exportOf({
  path: 'list-entries',
  titleZh: '名单记录',
  tag: '名单记录',
  query: listQuerySchema,
  reader: ListEntryService,
  page: (entries, tx, principal, query) => entries.list(tx, principal, query, query.cursor, query.limit),
  columns: [
    { key: 'number', titleZh: '记录编号', kind: 'code', of: (row) => row.number },
    { key: 'listCode', titleZh: '名单', kind: 'code', of: (row) => row.listCode },
    { key: 'listType', titleZh: '名单类型', kind: 'code', of: (row) => row.listType },
    { key: 'status', titleZh: '状态', kind: 'code', of: (row) => row.status },
    { key: 'reason', titleZh: '原因', kind: 'code', of: (row) => row.reason },
    {
      key: 'subjectName',
      titleZh: '主体',
      kind: 'text',
      of: ({ subject }, persons) => persons.name(subject.kind, subject.name, subject.id),
    },
    { key: 'subjectKind', titleZh: '主体类别', kind: 'code', of: (row) => row.subject.kind },
    { key: 'usccCode', titleZh: '统一社会信用代码', kind: 'code', of: (row) => row.subject.usccCode },
    { key: 'regionCode', titleZh: '行政区划', kind: 'code', of: (row) => row.subject.regionCode },
    { key: 'grade', titleZh: '失信等级', kind: 'code', of: (row) => row.grade },
    { key: 'designatingDepartment', titleZh: '认定单位', kind: 'code', of: (row) => row.designatingDepartment },
    { key: 'origin', titleZh: '来源', kind: 'code', of: (row) => row.origin },
    { key: 'decisionName', titleZh: '决定文书', kind: 'text', of: (row) => row.decision?.name ?? null },
    { key: 'decisionNumber', titleZh: '决定文号', kind: 'code', of: (row) => row.decision?.number ?? null },
    { key: 'decisionDate', titleZh: '决定日期', kind: 'date', of: (row) => row.decision?.date ?? null },
    { key: 'activatedOn', titleZh: '生效日期', kind: 'date', of: (row) => row.activatedOn },
    { key: 'validFrom', titleZh: '有效期自', kind: 'date', of: (row) => row.validFrom },
    { key: 'validTo', titleZh: '有效期至', kind: 'date', of: (row) => row.validTo },
    { key: 'disputed', titleZh: '异议处理中', kind: 'flag', of: (row) => row.disputed },
    { key: 'inReview', titleZh: '复议诉讼中', kind: 'flag', of: (row) => row.inReview !== null },
    { key: 'partyRoles', titleZh: '当事人身份', kind: 'code', of: roleList },
    { key: 'id', titleZh: '记录标识', kind: 'code', of: (row) => row.id },
  ],
});

export const listExport = exportOf({
  path: 'lists',
  titleZh: '名单目录',
  tag: '名单',
  query: z.object({}),
  reader: Clock,
  page: async (clock, tx) => ({ data: await readLists(tx, clock.today()), page: { nextCursor: null, hasMore: false } }),
  columns: [
    { key: 'code', titleZh: '名单编码', kind: 'code', of: (row) => row.code },
    { key: 'version', titleZh: '版本', kind: 'number', of: (row) => row.version },
    { key: 'nameZh', titleZh: '名单', kind: 'text', of: (row) => row.nameZh },
    { key: 'type', titleZh: '类型', kind: 'code', of: (row) => row.type },
    { key: 'field', titleZh: '领域', kind: 'code', of: (row) => row.field },
    { key: 'status', titleZh: '状态', kind: 'code', of: (row) => row.status },
    { key: 'designatingDepartments', titleZh: '认定单位', kind: 'code', of: (row) => row.designatingDepartments.join('、') },
    { key: 'subjectKinds', titleZh: '主体类别', kind: 'code', of: (row) => row.subjectKinds.join('、') },
    { key: 'basis', titleZh: '依据（已核对原文）', kind: 'text', of: (row) => row.basis },
    { key: 'defaultMonths', titleZh: '缺省期限（月）', kind: 'number', of: (row) => row.defaultMonths },
    { key: 'minRepairMonths', titleZh: '最短修复期限（月）', kind: 'number', of: (row) => row.minRepairMonths },
    { key: 'publishPerson', titleZh: '公示自然人', kind: 'flag', of: (row) => row.publishPerson },
    { key: 'effectiveFrom', titleZh: '生效日期', kind: 'date', of: (row) => row.effectiveFrom },
    { key: 'effectiveTo', titleZh: '失效日期', kind: 'date', of: (row) => row.effectiveTo },
    { key: 'standardUrl', titleZh: '认定标准公布网址', kind: 'text', of: (row) => row.standard?.url ?? null },
  ],
});

/** Of two persons who may be two, neither is named nor given one code: the row is opened in the system. */
const nameOf = (kind: string, name: string) => (kind === 'PERSON' ? null : name);

export const matchCandidateExport = exportOf({
  path: 'match-candidates',
  titleZh: '身份待核',
  tag: '比对',
  roles: ['DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR', 'AUDITOR'],
  query: querySchema,
  reader: MatchCandidateService,
  page: (matches, tx, _principal, query) => matches.list(tx, query, query.cursor, query.limit),
  columns: [
    { key: 'id', titleZh: '比对编号', kind: 'code', of: (row) => row.id },
    { key: 'status', titleZh: '状态', kind: 'code', of: (row) => row.status },
    { key: 'grade', titleZh: '比对等级', kind: 'code', of: (row) => row.grade },
    { key: 'entryNumber', titleZh: '记录编号', kind: 'code', of: (row) => row.entryNumber },
    { key: 'listCode', titleZh: '名单', kind: 'code', of: (row) => row.listCode },
    { key: 'designatingDepartment', titleZh: '认定单位', kind: 'code', of: (row) => row.designatingDepartment },
    { key: 'partyRole', titleZh: '当事人身份', kind: 'code', of: (row) => row.partyRole },
    { key: 'kind', titleZh: '主体类别', kind: 'code', of: (row) => row.kind },
    { key: 'usccCode', titleZh: '统一社会信用代码', kind: 'code', of: (row) => row.usccCode },
    { key: 'registerName', titleZh: '登记名称', kind: 'text', of: (row) => nameOf(row.kind, row.registerName) },
    { key: 'decisionName', titleZh: '决定书名称', kind: 'text', of: (row) => nameOf(row.kind, row.decisionName) },
    { key: 'reason', titleZh: '判断理由', kind: 'text', of: (row) => row.reason },
    { key: 'decidedBy', titleZh: '判断人', kind: 'code', of: (row) => row.decidedBy },
    { key: 'decidedAt', titleZh: '判断时间', kind: 'instant', of: (row) => row.decidedAt },
    { key: 'createdAt', titleZh: '提出时间', kind: 'instant', of: (row) => row.createdAt },
  ],
});
