import type { FieldProblem, PublicRecordKind } from '@lianxin/contracts';
import { isoDate } from './import-fields.rules.ts';
import { cellsByCode, type FoundLayout } from './public-record-layout.rules.ts';
import {
  gradeOfWord,
  idTypeOfWord,
  isForEver,
  licenceCategoryOf,
  licenceCategoryWords,
  penaltyCategoriesOf,
  penaltyCategoryWords,
  stateOfWord,
  subjectKindOfWord,
  wanAmountOf,
} from './public-record-words.rules.ts';

/** A record in the making: a tree of texts that the schema of the API checks next. */
type Draft = Record<string, unknown>;
export type RowReading =
  | { readonly ok: true; readonly value: Draft; readonly warnings: readonly FieldProblem[] }
  | { readonly ok: false; readonly faults: readonly FieldProblem[] };

type Cell = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly detail: string };
const taken = (value: unknown): Cell => ({ ok: true, value });
const oneOf = (value: unknown, detail: string): Cell => (value === undefined ? { ok: false, detail } : taken(value));

/** Makes a record of the cells of a row (§7.7, §7.8). Reasons name the field and what it should be, never the cell's text. */
export function readRecordRow(kind: PublicRecordKind, found: FoundLayout, cells: readonly string[]): RowReading {
  const { layout } = found;
  const byCode = cellsByCode(found, cells);
  const faults: FieldProblem[] = [];
  const value: Draft = { kind, standard: layout.standard, [kind.toLowerCase()]: {} };
  const warnings: FieldProblem[] = [];
  for (const field of layout.fields) {
    const text = byCode.get(field.code);
    if (text === undefined || field.path === null) continue;
    const cell = readCell(field.path, text, layout.standard);
    const pointer = `/${field.path.replaceAll('.', '/')}`;
    if (!cell.ok) faults.push({ pointer, code: 'IMPORT_ROW_INVALID', detail: `${field.titleZh}${cell.detail}` });
    else if (cell.value !== undefined) put(value, field.path, cell.value);
  }
  if (faults.length > 0) return { ok: false, faults };
  complete(value, layout.standard, warnings);
  return { ok: true, value, warnings };
}

function readCell(path: string, text: string, standard: '1.0' | '2.0'): Cell {
  switch (path) {
    case 'subject.kind':
      return oneOf(subjectKindOfWord(text), '应为：法人及非法人组织、个体工商户、自然人');
    case 'subject.idType':
    case 'representative.idType':
      return oneOf(
        idTypeOfWord(text),
        '应为：身份证、护照、港澳居民来往内地通行证、台湾居民来往大陆通行证、外国人永久居留身份证、港澳台居民居住证',
      );
    case 'penalty.categories':
      return readCategories(text, standard);
    case 'licence.category':
      // Archives name the way of approval in words of their own.
      return standard === '1.0'
        ? taken(licenceCategoryOf(text) ?? 'OTHER')
        : oneOf(licenceCategoryOf(text), `应为：${licenceCategoryWords.join('、')}`);
    case 'penalty.fineWan':
    case 'penalty.confiscatedWan':
      return oneOf(wanAmountOf(text), '应为以万元为单位的数，最多 6 位小数');
    case 'grade':
      return oneOf(gradeOfWord(text), '应为：轻微、一般、严重');
    case 'state':
      return oneOf(
        stateOfWord(standard, text),
        standard === '2.0' ? '应为 1（有效）或 2（无效）' : '应为 0（正常）、1（撤销）、2（异议）、3（其他）',
      );
    case 'decidedOn':
    case 'validFrom':
      return taken(isoDate(text));
    case 'validTo':
    case 'publicUntil':
      return isForEver(isoDate(text)) && path === 'publicUntil' ? taken(undefined) : taken(endDateOf(text));
    default:
      return taken(text);
  }
}

/** 长期 stands as the standard's last day. */
function endDateOf(text: string): string {
  const date = isoDate(text);
  return isForEver(date) ? '2099-12-31' : date;
}

function readCategories(text: string, standard: '1.0' | '2.0'): Cell {
  const { categories, unknown } = penaltyCategoriesOf(text);
  if (unknown.length === 0) return taken(categories);
  if (standard === '1.0') return taken([...new Set([...categories, 'OTHER'])]);
  return { ok: false, detail: `应从以下各项选择，多项用“；”分隔：${penaltyCategoryWords.join('、')}` };
}

function put(value: Draft, path: string, cell: unknown): void {
  const parts = path.split('.');
  const leaf = parts.pop() ?? '';
  let at = value;
  for (const part of parts) {
    at[part] ??= {};
    at = at[part] as Draft;
  }
  const before = at[leaf];
  at[leaf] = Array.isArray(before) && Array.isArray(cell) ? [...new Set([...before, ...cell])] : cell;
}

/** What the layout does not say in so many words: the kind of subject in version 1.0, the type of a bare number, regions. */
function complete(value: Draft, standard: '1.0' | '2.0', warnings: FieldProblem[]): void {
  value['subject'] ??= {};
  const subject = value['subject'] as Draft;
  if (subject['kind'] === undefined) subject['kind'] = kindOf(subject);
  if (subject['kind'] === 'PERSON' && standard === '1.0') {
    subject['idType'] ??= 'ID_CARD';
    delete subject['usccCode'];
  }
  if (subject['kind'] !== 'PERSON' && standard === '1.0') delete subject['idNumber'];
  if (typeof subject['regionCode'] === 'string' && !/^\d{6}$/.test(subject['regionCode'])) delete subject['regionCode'];
  const representative = value['representative'] as Draft | undefined;
  if (representative !== undefined && representative['name'] === undefined) delete value['representative'];
  else if (representative?.['idNumber'] !== undefined) representative['idType'] ??= 'ID_CARD';
  if (standard === '1.0' && typeof value['publicUntil'] === 'string' && !/^\d{4}-\d{2}-\d{2}$/.test(value['publicUntil'])) {
    value['remark'] = [value['remark'], `公示期限：${value['publicUntil']}`].filter((part) => part !== undefined).join('；');
    delete value['publicUntil'];
    warnings.push({ pointer: '/publicUntil', code: 'IMPORT_ROW_INVALID', detail: '公示期限不是日期，记入备注，到期须人工停止公示' });
  }
  if (value['state'] === 'DISPUTED' || value['state'] === 'OTHER')
    warnings.push({ pointer: '/state', code: 'IMPORT_ROW_INVALID', detail: '来源标明该记录有异议或为其他状态，请核对是否公示' });
}

/** Version 1.0 has no kind: the registration department of a code tells an individual business, an ID number a person. */
function kindOf(subject: Draft): 'LEGAL' | 'IB' | 'PERSON' {
  const code = subject['usccCode'];
  if (typeof code === 'string') return code.trim().startsWith('92') ? 'IB' : 'LEGAL';
  const hasOther = Object.keys((subject['otherNumbers'] ?? {}) as Draft).length > 0;
  return subject['idNumber'] !== undefined && !hasOther ? 'PERSON' : 'LEGAL';
}
