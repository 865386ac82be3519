import { posix } from 'node:path';
import { workbookLimits } from './table.limits.ts';
import type { SheetInfo } from './table.reading.ts';
import { TableFault } from './table.reading.ts';
import { isBuiltInDate, isDateFormat, unescapeCell } from './xlsx.cells.ts';
import type { XlsxPackage } from './xlsx.package.ts';
import { SharedStrings } from './xlsx.strings.ts';
import { parseWhole } from './xlsx.xml.ts';

interface Sheet extends SheetInfo {
  readonly part: string;
}
export interface Workbook {
  readonly sheets: readonly Sheet[];
  readonly is1904: boolean;
  readonly strings: SharedStrings;
  /** By number of cell style: whether its numbers are days. */
  readonly dateStyles: readonly boolean[];
}

/** Reads what the cells of a sheet need: names of sheets, shared strings, which styles show days. */
export async function readWorkbook(pack: XlsxPackage): Promise<Workbook> {
  const part = await mainPart(pack);
  const relations = await readRelations(pack, part);
  const { sheets, is1904 } = await readSheets(pack, part, relations);
  const [strings, styles] = ['sharedStrings', 'styles'].map((kind) => relations.find((relation) => relation.kind === kind)?.target);
  return { sheets, is1904, strings: await readStrings(pack, strings), dateStyles: await readDateStyles(pack, styles) };
}

/**
 * The sheet to read: the one that is named, otherwise the first that is visible.
 * @throws TableFault TABLE_SHEET_UNKNOWN
 */
export function chooseSheet(sheets: readonly Sheet[], name: string | undefined): Sheet {
  const visible = sheets.filter((sheet) => !sheet.isHidden);
  const chosen = name === undefined ? visible[0] : sheets.find((sheet) => sheet.name === name && !sheet.isHidden);
  if (chosen !== undefined) return chosen;
  const names = visible.map((sheet) => `“${sheet.name.slice(0, 31)}”`).join('、');
  throw new TableFault(
    'TABLE_SHEET_UNKNOWN',
    name === undefined ? '工作簿没有可见的工作表' : `没有该名称的可见工作表；可选：${names.slice(0, 500)}`,
  );
}

interface Relation {
  readonly id: string;
  readonly kind: string;
  readonly target: string;
}

async function mainPart(pack: XlsxPackage): Promise<string> {
  const relations = pack.has('_rels/.rels') ? await readRelations(pack, '') : [];
  return relations.find((relation) => relation.kind === 'officeDocument')?.target ?? 'xl/workbook.xml';
}

async function readRelations(pack: XlsxPackage, part: string): Promise<Relation[]> {
  const folder = posix.dirname(part);
  const relations: Relation[] = [];
  await parseWhole(pack.read(posix.join(folder, '_rels', `${posix.basename(part)}.rels`), workbookLimits.partBytes), {
    open: (name, { Id: id = '', Type: type = '', Target: target = '', TargetMode: mode }) => {
      if (name !== 'Relationship' || mode === 'External') return;
      relations.push({
        id,
        kind: type.slice(type.lastIndexOf('/') + 1),
        target: target.startsWith('/') ? target.slice(1) : posix.join(folder, target),
      });
    },
  });
  return relations;
}

async function readSheets(pack: XlsxPackage, part: string, relations: readonly Relation[]) {
  const sheets: Sheet[] = [];
  let is1904 = false;
  await parseWhole(pack.read(part, workbookLimits.partBytes), {
    open: (name, attributes) => {
      if (name === 'workbookPr') is1904 = ['1', 'true'].includes(attributes['date1904'] ?? '');
      if (name !== 'sheet') return;
      const id = Object.entries(attributes).find(([key]) => key === 'id' || key.endsWith(':id'))?.[1];
      const relation = relations.find((candidate) => candidate.id === id);
      if (relation?.kind !== 'worksheet') return;
      sheets.push({ name: attributes['name'] ?? '', isHidden: (attributes['state'] ?? 'visible') !== 'visible', part: relation.target });
    },
  });
  return { sheets, is1904 };
}

/** `si` holds one text, or runs of it; the reading aids of `rPh` are no part of it. */
async function readStrings(pack: XlsxPackage, part: string | undefined): Promise<SharedStrings> {
  const strings = new SharedStrings();
  if (part === undefined || !pack.has(part)) return strings;
  let text = '';
  let isText = false;
  let isAid = false;
  await parseWhole(pack.read(part, workbookLimits.sharedStringPartBytes), {
    open: (name) => {
      if (name === 'si') text = '';
      else if (name === 'rPh') isAid = true;
      else if (name === 't') isText = !isAid;
    },
    text: (piece) => {
      if (isText && text.length <= workbookLimits.cellCharacters) text += piece;
    },
    close: (name) => {
      if (name === 't') isText = false;
      else if (name === 'rPh') isAid = false;
      else if (name === 'si') strings.add(unescapeCell(text));
    },
  });
  return strings;
}

async function readDateStyles(pack: XlsxPackage, part: string | undefined): Promise<boolean[]> {
  if (part === undefined || !pack.has(part)) return [];
  const formats = new Map<number, boolean>();
  const styles: boolean[] = [];
  let isCellStyles = false;
  await parseWhole(pack.read(part, workbookLimits.partBytes), {
    open: (name, attributes) => {
      if (name === 'numFmt') formats.set(Number(attributes['numFmtId']), isDateFormat(attributes['formatCode'] ?? ''));
      else if (name === 'cellXfs') isCellStyles = true;
      else if (name === 'xf' && isCellStyles) {
        const id = Number(attributes['numFmtId'] ?? 0);
        styles.push(formats.get(id) ?? isBuiltInDate(id));
      }
    },
    close: (name) => {
      if (name === 'cellXfs') isCellStyles = false;
    },
  });
  return styles;
}
