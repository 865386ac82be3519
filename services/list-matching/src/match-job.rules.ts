import type { GivenQuery } from './match-query.rules.ts';
import { organisationFields, personFields } from './match-query.rules.ts';

/** Headers of a file of names, in Chinese or as the API names the field. */
const headers: Readonly<Record<string, string>> = {
  名称: 'name',
  单位名称: 'name',
  企业名称: 'name',
  姓名: 'name',
  曾用名: 'formerName',
  统一社会信用代码: 'usccCode',
  组织机构代码: 'organisationCode',
  工商注册号: 'registrationNo',
  注册号: 'registrationNo',
  纳税人识别号: 'taxNo',
  法定代表人: 'legalRepresentative',
  地址: 'address',
  注册地址: 'address',
  行政区划: 'regionCode',
  决定日期: 'decisionDate',
  证件类型: 'idType',
  证件号码: 'idNumber',
  身份证号码: 'idNumber',
  出生日期: 'birthDate',
  性别: 'gender',
  工作单位代码: 'employerUsccCode',
  所代表单位代码: 'representsUsccCode',
  主体类别: 'schema',
  序号: 'id',
  编号: 'id',
};
const fields = new Set<string>([...organisationFields, ...personFields, 'schema', 'id']);
/** A telephone number is compared by its keyed hash, which a thread that reads rows has no key for. */
const unused = new Set(['phone']);
const personKinds = new Set(['Person', 'PERSON', '自然人', '个人']);

/** Which field stands in which column; undefined: passed over. */
export type JobColumns = readonly (string | undefined)[];
export type HeaderDecision =
  | { readonly ok: true; readonly columns: JobColumns; readonly ignored: readonly string[] }
  | { readonly ok: false; readonly detail: string };

/** Reads the header of a file: at least a name or a code is needed to find anybody. */
export function readJobHeader(cells: readonly string[]): HeaderDecision {
  const columns = cells.map((cell) => {
    const text = cell.replace(/^\uFEFF/, '').trim();
    const field = headers[text] ?? (fields.has(text) && !unused.has(text) ? text : undefined);
    return field;
  });
  const double = columns.find((field, place) => field !== undefined && columns.indexOf(field) !== place);
  if (double !== undefined) return { ok: false, detail: `有两列都是“${double}”` };
  if (!['name', 'usccCode', 'organisationCode', 'registrationNo', 'taxNo', 'idNumber'].some((field) => columns.includes(field)))
    return { ok: false, detail: '表头中没有名称或代码列；至少需要“名称”或“统一社会信用代码”' };
  return { ok: true, columns, ignored: cells.filter((_cell, place) => columns[place] === undefined) };
}

export type JobScope = 'organisations' | 'persons' | 'all';

/** The query of one row. A row that says nothing of its kind is a person where only persons are asked for. */
export function queryOfRow(columns: JobColumns, cells: readonly string[], scope: JobScope): { rowId: string; query: GivenQuery } {
  const properties: Record<string, string[]> = {};
  let rowId = '';
  let kind = '';
  for (const [place, field] of columns.entries()) {
    const value = cells[place]?.trim() ?? '';
    if (field === undefined || value === '') continue;
    if (field === 'id') rowId = value;
    else if (field === 'schema') kind = value;
    else properties[field] = [value];
  }
  const isPerson =
    scope === 'persons' || (scope === 'all' && (personKinds.has(kind) || (kind === '' && properties['idNumber'] !== undefined)));
  const known: readonly string[] = isPerson ? personFields : organisationFields;
  // Columns of the other kind of subject are empty words for this one.
  const own = Object.fromEntries(Object.entries(properties).filter(([field]) => known.includes(field)));
  return { rowId, query: { schema: isPerson ? 'Person' : 'Organization', properties: own } };
}

export const resultHeaders = ['行号', '编号', '结论', '等级', '规则', '主体编号', '统一社会信用代码', '名称', '得分', '说明'];
const conclusions: Readonly<Record<string, string>> = { match: '一致', review: '待人工复核', no_match: '不匹配' };

export interface JobResult {
  readonly line: number;
  readonly rowId: string;
  readonly decision: string;
  readonly grade: string;
  readonly rule: string;
  readonly subjectId: string;
  readonly usccCode: string;
  /** A person's masked. */
  readonly name: string;
  readonly score: number;
  readonly detail: string;
}

/** One record of the result file. What a spreadsheet could take for a formula is made text. */
export function resultRecord(result: JobResult): string {
  const { line, rowId, decision, grade, rule, subjectId, usccCode, name, score, detail } = result;
  const texts = [String(line), rowId, conclusions[decision] ?? decision, grade, rule, subjectId, usccCode, name, score.toFixed(2), detail];
  return `${texts.map(csvText).join(',')}\r\n`;
}

const formulaLike = /^'*(?:[\t\r\n]|[\s\p{Cf}\p{Cc}]*[=+\-@＝＋－＠﹢﹣﹦﹫⁺⁻⁼₊₋₌−])/u;

export function csvText(text: string): string {
  const safe = formulaLike.test(text) ? `'${text}` : text;
  return /[",\r\n]|^\s|\s$/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
