import type { CatalogueMeasure } from '@lianxin/contracts';
import { type Catalogue, gateOf } from './catalogue.rules.ts';
import { type CatalogueRow, type RowKind, rowsOf } from './catalogue-content.rules.ts';

/** One field of a row that differs, with what people call it. */
export interface FieldChange {
  readonly field: string;
  readonly labelZh: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** One row that differs between two catalogues, in words (R-4-8). */
export interface RowDifference {
  readonly kind: RowKind;
  readonly code: string;
  readonly change: 'ADDED' | 'REMOVED' | 'CHANGED';
  readonly nameZh: string;
  readonly fields: readonly FieldChange[];
  readonly textZh: string;
}

const kindsZh = {
  MEASURE: '措施',
  DEPARTMENT: '部门',
  MATTER: '窗口事项',
  CLASS: '措施分类',
  MEMORANDUM: '备忘录',
} as const satisfies Record<RowKind, string>;

const labelsZh: Readonly<Record<string, string>> = {
  nameZh: '名称',
  nameEn: '英文名称',
  titleZh: '标题',
  listCodes: '适用名单',
  listCode: '名单',
  memoCode: '备忘录',
  direction: '奖惩方向',
  kind: '类别',
  class: '措施分类',
  group: '组别',
  force: '效力',
  trigger: '触发方式',
  subjectKinds: '主体类型',
  partyRoles: '当事人身份',
  canonicalCode: '归并编码',
  minGrade: '最低失信程度',
  holdExempt: '异议期间不停止执行',
  termRule: '期限规则',
  effectiveFrom: '施行日期',
  effectiveTo: '失效日期',
  condition: '前提条件',
  executors: '执行部门',
  bases: '依据',
  level: '层级',
  tenant: '是否设队列',
  supervised: '是否督办',
  regionCode: '行政区划',
  parentCode: '上级部门',
  zoneHost: '所在区县',
  zoneDelegated: '是否委托板块执行',
  validFrom: '设立日期',
  validTo: '撤销日期',
  successorCode: '承接部门',
  departmentCode: '部门',
  canonicalCodes: '涉及措施',
};

/** What changes from one catalogue to the other, row by row, in the order of the newer one; removed rows last. */
export function differencesBetween(before: Catalogue, after: Catalogue): RowDifference[] {
  const keyOf = ({ kind, code }: CatalogueRow) => `${kind}|${code}`;
  const old = new Map(rowsOf(before).map((row) => [keyOf(row), row]));
  const fresh = new Map(rowsOf(after).map((row) => [keyOf(row), row]));
  const changed = [...fresh].flatMap(([key, row]) => {
    const known = old.get(key);
    if (known === undefined) return [describe('ADDED', row, [])];
    const fields = fieldsOf(known.content, row.content);
    return fields.length === 0 ? [] : [describe('CHANGED', row, fields)];
  });
  const removed = [...old].filter(([key]) => !fresh.has(key)).map(([, row]) => describe('REMOVED', row, []));
  return [...changed, ...removed];
}

function fieldsOf(before: unknown, after: unknown): FieldChange[] {
  const old = before as Readonly<Record<string, unknown>>;
  const fresh = after as Readonly<Record<string, unknown>>;
  const fields = [...new Set([...Object.keys(old), ...Object.keys(fresh)])];
  return fields.flatMap((field) => {
    const [was, is] = [old[field] ?? null, fresh[field] ?? null];
    if (canonical(was) === canonical(is)) return [];
    return [{ field, labelZh: labelsZh[field] ?? field, before: was, after: is }];
  });
}

/** Fields of a row come in the order of its author, and of the database: only their content counts. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function describe(change: RowDifference['change'], row: CatalogueRow, fields: readonly FieldChange[]): RowDifference {
  const content = row.content as { nameZh?: string; titleZh?: string };
  const nameZh = content.nameZh ?? content.titleZh ?? row.code;
  const name = `${kindsZh[row.kind]} ${row.code}（${nameZh}）`;
  const textZh = {
    ADDED: `新增${name}`,
    REMOVED: `删除${name}`,
    CHANGED: `修改${name}：${fields.map(fieldText).join('；')}`,
  }[change];
  return { kind: row.kind, code: row.code, change, nameZh, fields, textZh };
}

function fieldText({ field, labelZh, before, after }: FieldChange): string {
  if (field === 'executors' || field === 'bases') return listText(labelZh, partsOf(field, before), partsOf(field, after));
  return `${labelZh}由${shown(before)}改为${shown(after)}`;
}

function listText(labelZh: string, before: readonly string[], after: readonly string[]): string {
  const gone = before.filter((part) => !after.includes(part));
  const come = after.filter((part) => !before.includes(part));
  const parts = [...(gone.length === 0 ? [] : [`去掉${gone.join('、')}`]), ...(come.length === 0 ? [] : [`增加${come.join('、')}`])];
  return `${labelZh}${parts.length === 0 ? '次序调整' : parts.join('，')}`;
}

function partsOf(field: 'executors' | 'bases', value: unknown): string[] {
  if (field === 'executors')
    return ((value ?? []) as CatalogueMeasure['executors']).map(
      ({ departmentCode, role, regionRule }) => `${departmentCode}（${role === 'LEAD' ? '牵头' : '配合'}，${regionRule}）`,
    );
  return ((value ?? []) as CatalogueMeasure['bases']).map(
    ({ document, article, verified, coversLists, effectiveFrom }) =>
      `${document}${article ?? ''}（${verified ? '已核实' : '未核实'}，覆盖${coversLists.join('、')}，${effectiveFrom} 起）`,
  );
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return '空';
  if (value === true) return '是';
  if (value === false) return '否';
  return Array.isArray(value) ? value.join('、') || '空' : String(value);
}

/** A gate that opens or closes with the newer catalogue, on the day from which it counts (R-4-6). */
export interface GateChange {
  readonly measureCode: string;
  readonly listCode: string;
  readonly before: 'OPEN' | 'CLOSED' | 'NA' | null;
  readonly after: 'OPEN' | 'CLOSED' | 'NA' | null;
  readonly textZh: string;
}

const gatesZh = { OPEN: '开放', CLOSED: '关闭', NA: '不适用' } as const;

export function gateChangesBetween(before: Catalogue, after: Catalogue, date: string): GateChange[] {
  const old = gatesOf(before, date);
  const fresh = gatesOf(after, date);
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((key) => {
    const [was, is] = [old.get(key) ?? null, fresh.get(key) ?? null];
    const [measureCode = '', listCode = ''] = key.split('|');
    if (was === is) return [];
    const said = (gate: GateChange['before']) => (gate === null ? '无此措施' : gatesZh[gate]);
    return [{ measureCode, listCode, before: was, after: is, textZh: `${measureCode} 对 ${listCode}：由${said(was)}变为${said(is)}` }];
  });
}

function gatesOf(catalogue: Catalogue, date: string): Map<string, 'OPEN' | 'CLOSED' | 'NA'> {
  return new Map(
    catalogue.measures.flatMap((measure) =>
      measure.listCodes.map((listCode) => [`${measure.code}|${listCode}`, gateOf(measure, listCode, date).status] as const),
    ),
  );
}

/** Lists whose plans may come out otherwise; null: any list, for departments have changed. */
export function affectedLists(before: Catalogue, after: Catalogue): string[] | null {
  const differences = differencesBetween(before, after);
  const merelyNames = new Set(['nameZh', 'nameEn', 'kind', 'validFrom']);
  const routes = differences.some(
    ({ kind, change, fields }) => kind === 'DEPARTMENT' && (change === 'REMOVED' || fields.some(({ field }) => !merelyNames.has(field))),
  );
  // A new department counts too: an incident may wait for it.
  if (routes || differences.some(({ kind, change }) => kind === 'DEPARTMENT' && change === 'ADDED')) return null;
  const changed = new Set(differences.flatMap(({ kind, code }) => (kind === 'MEASURE' ? [code] : [])));
  const lists = [...before.measures, ...after.measures].flatMap(({ code, listCodes }) => (changed.has(code) ? listCodes : []));
  return [...new Set(lists)].sort();
}
