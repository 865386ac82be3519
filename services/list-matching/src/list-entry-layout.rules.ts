import { checkIdNumber, cleanIdentifier, type FieldProblem } from '@lianxin/contracts';
import { applyDefaults } from './import-defaults.rules.ts';
import {
  type FieldIndex,
  findColumn,
  headerAt,
  headerFault,
  type ImportColumn,
  plainHeader,
  readHeader,
  readRow,
  type ValueDecision,
} from './import-fields.rules.ts';
import { listEntryIndex } from './list-entry-fields.rules.ts';
import { neededFields, type PublishedLayout, publishedLayouts } from './published-layout.rules.ts';

/** A layout of a list file: makes the body of a designation, not yet judged, from the cells of a row. */
export interface ListEntryLayout {
  readonly code: string;
  readonly titleZh: string;
  readonly ignored: readonly string[];
  valueOf(cells: readonly string[], parseJson: (text: string) => unknown): ValueDecision;
  headerAt(pointer: string): string | null;
}
export type ListEntryLayoutDecision =
  | { readonly ok: true; readonly layout: ListEntryLayout }
  | { readonly ok: false; readonly recognised: number; readonly faults: readonly FieldProblem[] };

/** Finds the layout of a header: one of the published ones by its labels, otherwise our own columns in any order. */
export function recogniseListEntries(
  headers: readonly string[],
  defaults: Readonly<Record<string, string>>,
  index: FieldIndex = listEntryIndex,
): ListEntryLayoutDecision {
  const plain = headers.map(plainHeader);
  const published = publishedLayouts.find((layout) => layout.marks.every((mark) => plain.includes(plainHeader(mark))));
  return published === undefined ? ownLayout(headers, defaults, index) : readPublished(published, headers, defaults);
}

function ownLayout(headers: readonly string[], defaults: Readonly<Record<string, string>>, index: FieldIndex): ListEntryLayoutDecision {
  const header = readHeader(index, headers);
  if (!header.ok) return header;
  const filled = applyDefaults(index, header.columns, headers, defaults);
  if (!filled.ok) return { ok: false, recognised: headers.length, faults: filled.faults };
  const layout: ListEntryLayout = {
    code: 'own',
    titleZh: '本系统模板',
    ignored: [],
    valueOf: (cells, parseJson) => readRow(filled.columns, filled.fill(cells, cells), parseJson),
    headerAt: (pointer) => headerAt(filled.columns, pointer),
  };
  return { ok: true, layout };
}

/** Fields that are made of several columns, or of one that may hold this or that. */
const derived = ['facts', 'subject.kind', 'subject.usccCode', 'subject.idType', 'subject.idNumber'];

function readPublished(
  published: PublishedLayout,
  headers: readonly string[],
  defaults: Readonly<Record<string, string>>,
): ListEntryLayoutDecision {
  const targetOf = new Map(Object.entries(published.columns).map(([label, target]) => [plainHeader(label), target]));
  const unknown = headers.filter((header) => !targetOf.has(plainHeader(header)));
  if (unknown.length > 0)
    return {
      ok: false,
      recognised: headers.length - unknown.length,
      faults: unknown.map((header) => headerFault(header, `不属于版式“${published.titleZh}”`)),
    };
  const places = (target: string) => headers.flatMap((header, place) => (targetOf.get(plainHeader(header)) === target ? [place] : []));
  const direct = headers.flatMap((header, place): { place: number; column: ImportColumn }[] => {
    const column = findColumn(listEntryIndex, targetOf.get(plainHeader(header)) ?? '');
    return column === undefined ? [] : [{ place, column: { ...column, header } }];
  });
  const known = new Set(direct.map(({ column }) => column.path.join('.')));
  const [facts, identity, removed] = [places('#FACTS'), places('#IDENTITY')[0], places('#REMOVED_ON')[0]];
  const added = derived
    .filter((path) => !known.has(path))
    .flatMap((path) => derivedColumn(path, headers[(path === 'facts' ? facts[0] : identity) ?? -1]));
  const filled = applyDefaults(listEntryIndex, [...direct.map(({ column }) => column), ...added], headers, defaults);
  if (!filled.ok) return { ok: false, recognised: headers.length, faults: filled.faults };
  const missing = missingFields(published, filled.columns, facts.length > 0, Object.keys(defaults));
  if (missing.length > 0) return { ok: false, recognised: headers.length, faults: missing };
  const layout: ListEntryLayout = {
    code: published.code,
    titleZh: published.titleZh,
    ignored: headers.filter((header) => targetOf.get(plainHeader(header)) === null),
    valueOf: (cells, parseJson) => {
      if (removed !== undefined && (cells[removed]?.trim() ?? '') !== '') return refused(headers[removed] ?? '');
      const identified =
        identity === undefined ? identityOf(cells[places('subject.usccCode')[0] ?? -1] ?? '') : identityOf(cells[identity] ?? '');
      const values: Record<string, string> = {
        ...identified,
        facts: facts
          .map((place) => factOf(headers[place] ?? '', cells[place] ?? ''))
          .filter(Boolean)
          .join('；'),
      };
      const own = [...direct.map(({ place }) => cells[place] ?? ''), ...added.map(({ path }) => values[path.join('.')] ?? '')];
      return readRow(filled.columns, filled.fill(own, cells), parseJson);
    },
    headerAt: (pointer) => headerAt(filled.columns, pointer),
  };
  return { ok: true, layout };
}

function derivedColumn(path: string, header: string | undefined): ImportColumn[] {
  const column = findColumn(listEntryIndex, path);
  if (column === undefined) throw new Error(`no field ${path}`);
  return [{ ...column, header: header ?? column.field.titleZh }];
}

/** What the layout lacks and nobody has given: told field by field, with the way to give it. */
function missingFields(
  published: PublishedLayout,
  columns: readonly ImportColumn[],
  hasFacts: boolean,
  given: readonly string[],
): FieldProblem[] {
  const covered = new Set(
    columns.filter(({ path }) => !derived.includes(path.join('.')) || hasFacts || path[0] !== 'facts').map(({ path }) => path.join('.')),
  );
  const givenPaths = new Set(given.map((path) => findColumn(listEntryIndex, path)?.path.join('.')));
  return Object.entries(neededFields)
    .filter(([path]) => !covered.has(path) && !givenPaths.has(path))
    .map(([path, titleZh]) => ({
      pointer: `/defaults/${path}`,
      code: 'IMPORT_FIELD_MISSING',
      detail: `版式“${published.titleZh}”没有“${titleZh}”（${path}）；上传时以 defaults 给出固定值，或以 @表头 指明取自哪一列`,
    }));
}

/** One column holds a person's number or an organisation's code; which of them, its own check character tells. */
function identityOf(text: string): Record<string, string> {
  const number = cleanIdentifier(text);
  if (number === '') return {};
  const isPerson = /^\d{17}[\dX]$/.test(number) && checkIdNumber(number, { today: '9999-12-31' }).ok;
  if (isPerson) return { 'subject.kind': 'PERSON', 'subject.idType': 'ID_CARD', 'subject.idNumber': number };
  return { 'subject.kind': number.startsWith('92') ? 'IB' : 'LEGAL', 'subject.usccCode': number };
}

function factOf(header: string, cell: string): string {
  return cell.trim() === '' ? '' : `${header.trim()}：${cell.trim()}`;
}

function refused(header: string): ValueDecision {
  const detail = `“${header.slice(0, 60)}”已填写：该记录已移出名单，请以 list-exits 导入移出文件`;
  return { ok: false, faults: [{ pointer: '', code: 'IMPORT_ROW_INVALID', detail }] };
}
