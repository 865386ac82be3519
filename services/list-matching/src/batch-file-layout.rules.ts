import { checkIdNumber, cleanIdentifier, type FieldProblem } from '@lianxin/contracts';
import { applyDefaults } from './import-defaults.rules.ts';
import {
  type Field,
  findColumn,
  headerAt,
  headerFault,
  type ImportColumn,
  indexFields,
  plainHeader,
  readHeader,
  readRow,
  type ValueDecision,
} from './import-fields.rules.ts';
import { originChoices, subjectKindChoices } from './list-entry-fields.rules.ts';
import { type PublishedLayout, publishedLayouts } from './published-layout.rules.ts';

/** Columns of a national batch (R-2-17): what the platform above sends of each organisation, and the batch that the row belongs to. */
export const batchFields: readonly Field[] = [
  { path: 'batchNo', titleZh: '批次号', aliases: ['批次', '下发批次号', '下发批次'], kind: 'TEXT' },
  { path: 'origin', titleZh: '来源', aliases: ['数据来源层级'], kind: 'CHOICE', choices: originChoices },
  { path: 'sourceName', titleZh: '下发单位', aliases: ['数据来源', '数据来源单位'], kind: 'TEXT' },
  { path: 'documentNo', titleZh: '下发文书号', aliases: ['下发文号', '通知文号'], kind: 'TEXT' },
  { path: 'issuedOn', titleZh: '下发日期', kind: 'DATE' },
  { path: 'correction.documentNo', titleZh: '更正文号', kind: 'TEXT' },
  { path: 'correction.date', titleZh: '更正日期', kind: 'DATE' },
  { path: 'sourceRecordId', titleZh: '来源记录编号', aliases: ['记录编号', '来源记录号'], kind: 'TEXT' },
  {
    path: 'name',
    titleZh: '主体名称',
    aliases: ['名称', '单位名称', '企业名称', '机构名称', '纳税人名称', '法人名称', '当事人名称', '行政相对人名称'],
    kind: 'TEXT',
  },
  { path: 'usccCode', titleZh: '统一社会信用代码', aliases: ['社会信用代码', '信用代码', '代码'], kind: 'TEXT' },
  { path: 'kind', titleZh: '主体类型', aliases: ['主体类别'], kind: 'CHOICE', choices: subjectKindChoices },
  { path: 'list', titleZh: '名单', aliases: ['名单代码', '名单名称', '名单类型', '黑名单类型', '严重失信主体名单'], kind: 'TEXT' },
  { path: 'reason', titleZh: '事由', aliases: ['列入事由', '列入原因', '失信事实', '失信行为简况'], kind: 'TEXT' },
  {
    path: 'designatingUnit',
    titleZh: '认定单位',
    aliases: ['认定部门', '列入决定机关', '列入决定机关名称', '执行法院', 'courtName', '信息报送机关'],
    kind: 'TEXT',
  },
  { path: 'decisionNumber', titleZh: '认定文书号', aliases: ['决定文书号', '决定书文号', '列入决定文书号', '文号'], kind: 'TEXT' },
  {
    path: 'decisionDate',
    titleZh: '认定日期',
    aliases: ['决定日期', '列入日期', '列入决定日期', '列入严重失信主体名单日期'],
    kind: 'DATE',
  },
  { path: 'validTo', titleZh: '有效期止', aliases: ['有效期至', '处罚截止日期'], kind: 'DATE' },
  { path: 'regionCode', titleZh: '行政区划代码', aliases: ['区划代码', '登记地区划代码'], kind: 'TEXT' },
  { path: 'organisationCode', titleZh: '组织机构代码', kind: 'TEXT' },
  { path: 'registrationNo', titleZh: '工商注册号', aliases: ['注册号'], kind: 'TEXT' },
  { path: 'taxNo', titleZh: '纳税人识别号', aliases: ['税务登记号'], kind: 'TEXT' },
  { path: 'legalRepresentative', titleZh: '法定代表人', aliases: ['法定代表人或负责人姓名', '主要负责人', 'businessEntity'], kind: 'TEXT' },
  { path: 'address', titleZh: '注册地址', aliases: ['住所', '地址', '企业地址'], kind: 'TEXT' },
];
export const batchIndex = indexFields(batchFields);

const needed = ['batchNo', 'documentNo', 'issuedOn', 'name', 'list', 'reason', 'designatingUnit', 'decisionDate'];

/** A layout of a batch file: makes a row, not yet judged, from its cells. */
export interface BatchLayout {
  readonly code: string;
  readonly titleZh: string;
  readonly ignored: readonly string[];
  valueOf(cells: readonly string[], parseJson: (text: string) => unknown): ValueDecision;
  headerAt(pointer: string): string | null;
}
export type BatchLayoutDecision =
  | { readonly ok: true; readonly layout: BatchLayout }
  | { readonly ok: false; readonly recognised: number; readonly faults: readonly FieldProblem[] };

/** Finds the layout of a header: one of those published on 信用中国 (§7.8) by its labels, otherwise our own columns in any order. */
export function recogniseBatch(headers: readonly string[], defaults: Readonly<Record<string, string>>): BatchLayoutDecision {
  const plain = headers.map(plainHeader);
  const published = publishedLayouts.find((layout) => layout.marks.every((mark) => plain.includes(plainHeader(mark))));
  return published === undefined ? ownLayout(headers, defaults) : readPublished(published, headers, defaults);
}

function ownLayout(headers: readonly string[], defaults: Readonly<Record<string, string>>): BatchLayoutDecision {
  const header = readHeader(batchIndex, headers);
  if (!header.ok) return header;
  const filled = applyDefaults(batchIndex, header.columns, headers, defaults);
  if (!filled.ok) return { ok: false, recognised: headers.length, faults: filled.faults };
  const missing = missingFields('本系统批次模板', filled.columns);
  if (missing.length > 0) return { ok: false, recognised: headers.length, faults: missing };
  return {
    ok: true,
    layout: {
      code: 'own',
      titleZh: '本系统批次模板',
      ignored: [],
      valueOf: (cells, parseJson) => readRow(filled.columns, filled.fill(cells, cells), parseJson),
      headerAt: (pointer) => headerAt(filled.columns, pointer),
    },
  };
}

/** Where the columns of a designation go in a batch row. */
const targets: Readonly<Record<string, string>> = {
  'subject.name': 'name',
  'subject.usccCode': 'usccCode',
  'decision.number': 'decisionNumber',
  'decision.date': 'decisionDate',
  validTo: 'validTo',
};
/** What one column of codes may hold. */
const identityPaths = ['usccCode', 'organisationCode', 'registrationNo'] as const;

function readPublished(
  published: PublishedLayout,
  headers: readonly string[],
  defaults: Readonly<Record<string, string>>,
): BatchLayoutDecision {
  const targetOf = new Map(Object.entries(published.columns).map(([label, target]) => [plainHeader(label), target]));
  const columnAt = (header: string): ImportColumn | undefined => {
    const target = targetOf.get(plainHeader(header));
    // A label that a designation leaves out may still help a batch: who decided, codes, address. Columns of the batch itself may stand beside.
    return target == null ? findColumn(batchIndex, header) : findColumn(batchIndex, targets[target] ?? '');
  };
  const unknown = headers.filter((header) => !targetOf.has(plainHeader(header)) && columnAt(header) === undefined);
  if (unknown.length > 0)
    return {
      ok: false,
      recognised: headers.length - unknown.length,
      faults: unknown.map((header) => headerFault(header, `不属于版式“${published.titleZh}”`)),
    };
  const placesOf = (...wanted: readonly string[]) =>
    headers.flatMap((header, place) => (wanted.includes(targetOf.get(plainHeader(header)) ?? '') ? [place] : []));
  const direct: { place: number; column: ImportColumn }[] = [];
  for (const [place, header] of headers.entries()) {
    const column = columnAt(header);
    if (column === undefined || direct.some((other) => samePath(other.column, column))) continue;
    direct.push({ place, column: { ...column, header } });
  }
  const facts = placesOf('#FACTS', 'basis.0.document');
  const [identity] = placesOf('#IDENTITY');
  const [removed] = placesOf('#REMOVED_ON');
  const derived = ['reason', ...(identity === undefined ? [] : identityPaths)].filter(
    (path) => !direct.some(({ column }) => column.path.join('.') === path) && (path !== 'reason' || facts.length > 0),
  );
  const added = derived.map((path): ImportColumn => {
    const column = findColumn(batchIndex, path);
    if (column === undefined) throw new Error(`no field ${path}`);
    return { ...column, header: headers[(path === 'reason' ? facts[0] : identity) ?? -1] ?? column.field.titleZh };
  });
  const filled = applyDefaults(batchIndex, [...direct.map(({ column }) => column), ...added], headers, defaults);
  if (!filled.ok) return { ok: false, recognised: headers.length, faults: filled.faults };
  const missing = missingFields(published.titleZh, filled.columns);
  if (missing.length > 0) return { ok: false, recognised: headers.length, faults: missing };
  const cellsOf = cellReader(published, headers, { facts, identity, removed });
  const readValue: BatchLayout['valueOf'] = (cells, parseJson) => {
    const values = cellsOf(cells);
    if ('ok' in values) return values;
    const own = [...direct.map(({ place }) => cells[place] ?? ''), ...added.map(({ path }) => values.texts[path.join('.')] ?? '')];
    return readRow(filled.columns, filled.fill(own, cells), parseJson);
  };
  const ignored = headers.filter((header) => targetOf.get(plainHeader(header)) === null && columnAt(header) === undefined);
  return {
    ok: true,
    layout: {
      code: published.code,
      titleZh: published.titleZh,
      ignored,
      valueOf: readValue,
      headerAt: (pointer) => headerAt(filled.columns, pointer),
    },
  };
}

/** What several columns say together, or one that may hold this or that; or why the row is none of a batch. */
function cellReader(
  published: PublishedLayout,
  headers: readonly string[],
  places: { readonly facts: readonly number[]; readonly identity: number | undefined; readonly removed: number | undefined },
): (cells: readonly string[]) => ValueDecision | { readonly texts: Readonly<Record<string, string>> } {
  const { facts, identity, removed } = places;
  const textAt = (cells: readonly string[], place: number | undefined) => (place === undefined ? '' : (cells[place] ?? '').trim());
  return (cells) => {
    if (textAt(cells, removed) !== '') return refused(headers[removed ?? 0] ?? '', '已填写：该记录已移出名单，更正重发时不再列出即可');
    const identified = identityOf(textAt(cells, identity), published.code.startsWith('court'));
    if (identified === undefined)
      return refused(headers[identity ?? 0] ?? '', '应为单位的代码；批次只核实单位，自然人以 list-entries 导入');
    const told = facts.filter((place) => textAt(cells, place) !== '');
    const reason = told.map((place) => `${(headers[place] ?? '').trim()}：${textAt(cells, place)}`).join('；');
    return { texts: { ...identified, reason } };
  };
}

/**
 * One column holds a credit code, an organisation code or a registration number; undefined for what may be a person's number.
 * @param mayBePerson whether persons stand in this layout: fifteen digits are then no registration number
 */
function identityOf(text: string, mayBePerson: boolean): Record<string, string> | undefined {
  const number = cleanIdentifier(text);
  if (number === '') return {};
  if (/[*×●]/.test(number) || (/^\d{17}[\dX]$/.test(number) && checkIdNumber(number, { today: '9999-12-31' }).ok)) return undefined;
  if (/^[0-9A-Z]{8}-?[0-9X]$/.test(number)) return { organisationCode: number };
  if (/^\d{15}$/.test(number)) return mayBePerson ? undefined : { registrationNo: number };
  return { usccCode: number };
}

function samePath(a: ImportColumn, b: ImportColumn): boolean {
  return a.path.join('.') === b.path.join('.');
}

function missingFields(layoutZh: string, columns: readonly ImportColumn[]): FieldProblem[] {
  const covered = new Set(columns.map(({ path }) => path.join('.')));
  return needed
    .filter((path) => !covered.has(path))
    .map((path) => ({
      pointer: `/defaults/${path}`,
      code: 'IMPORT_FIELD_MISSING',
      detail: `版式“${layoutZh}”没有“${batchFields.find((field) => field.path === path)?.titleZh ?? path}”（${path}）；上传时以 defaults 给出固定值，或以 @表头 指明取自哪一列`,
    }));
}

function refused(header: string, what: string): ValueDecision {
  return { ok: false, faults: [{ pointer: '', code: 'IMPORT_ROW_INVALID', detail: `“${header.slice(0, 60)}”${what}` }] };
}
