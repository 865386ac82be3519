import { Readable } from 'node:stream';
import { type Principal, ProblemError } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { openTable, type SheetTemplate, TableFault, templateCsv, templateWorkbook } from '@lianxin/tables';
import { Injectable } from '@nestjs/common';
import { parse, YAMLParseError } from 'yaml';
import type { FileName } from './catalogue.rows.ts';
import { CatalogueDraftService } from './catalogue-draft.service.ts';
import type { DraftRow } from './catalogue-draft.store.ts';
import { columnTitles, fileTitlesZh, type ImportRows, importSchemas, optionalColumns } from './catalogue-import.columns.ts';
import { changesOf, type ImportFault, noRows, type RawRow, readHeader, rowsOfDocument, typeRows } from './catalogue-import.rows.ts';

const notesMark = '【填写说明】';
const maxRows = 20_000;
const maxFaultsShown = 200;

/** Files into drafts: all of a file or nothing, with every fault at its place. */
@Injectable()
export class CatalogueImportService {
  constructor(private readonly drafts: CatalogueDraftService) {}

  /**
   * Reads a file into rows.
   * @param file which rows a table holds; a YAML document names them itself.
   * @throws ProblemError DRAFT_FAULTY with every fault; TABLE_… for a file that cannot be read.
   */
  async read(bytes: Buffer, file: FileName | 'yaml'): Promise<ImportRows> {
    const { files, faults } = file === 'yaml' ? readDocument(bytes) : await readTable(bytes, file);
    const rows: Record<string, readonly unknown[]> = { ...noRows };
    for (const [name, raw] of files) {
      const typed = typeRows(name, raw);
      rows[name] = typed.rows;
      faults.push(...typed.faults);
    }
    refuse(faults);
    return rows as unknown as ImportRows;
  }

  /** Puts the rows into a draft. */
  async put(tx: Transaction, principal: Principal, draftId: string, revision: number, rows: ImportRows): Promise<DraftRow> {
    const { changes, faults } = changesOf(rows, await this.drafts.catalogueOf(tx, draftId));
    refuse(faults);
    if (changes.length === 0) throw new ProblemError('DRAFT_EMPTY', '文件中没有任何行');
    return this.drafts.edit(tx, principal, draftId, revision, changes);
  }

  template(file: FileName, format: 'csv' | 'xlsx'): Promise<Buffer> {
    const template: SheetTemplate = {
      code: file.replaceAll('_', '-'),
      titleZh: fileTitlesZh[file],
      version: 1,
      columns: Object.keys(importSchemas[file].shape).map((path) => ({
        path,
        titleZh: columnTitles[path]?.[0] ?? path,
        isRequired: !optionalColumns.has(path) && isNeeded(file, path),
        noteZh: columnTitles[path]?.[1] ?? '',
      })),
      examples: [],
    };
    if (format === 'csv') return Promise.resolve(templateCsv(template, { notesMark }));
    return templateWorkbook(template, { notesMark, versionSheet: `_lianxin_catalogue_${template.code}_v1` });
  }
}

/** Whether a blank cell is refused in this column. */
function isNeeded(file: FileName, column: string): boolean {
  const schema = (importSchemas[file].shape as Record<string, { safeParse(cell: string): { success: boolean } }>)[column];
  return schema !== undefined && !schema.safeParse('').success;
}

function refuse(faults: readonly ImportFault[]): void {
  if (faults.length === 0) return;
  const errors = faults.slice(0, maxFaultsShown).map(({ file, line, column, textZh }) => ({
    pointer: `/${file}/${line}${column === null ? '' : `/${column}`}`,
    code: 'DRAFT_FAULTY' as const,
    detail: `${fileTitlesZh[file]}第 ${line} 行${column === null ? '' : ` ${columnTitles[column]?.[0] ?? column}`}：${textZh}`,
  }));
  throw new ProblemError('DRAFT_FAULTY', `文件有 ${faults.length} 处错误，未导入任何行`, errors);
}

interface ReadFile {
  readonly files: Map<FileName, RawRow[]>;
  readonly faults: ImportFault[];
}

function readDocument(bytes: Buffer): ReadFile {
  try {
    return rowsOfDocument(parse(bytes.toString('utf8'), { maxAliasCount: 0 }));
  } catch (error) {
    if (!(error instanceof YAMLParseError || error instanceof ReferenceError)) throw error;
    const line = error instanceof YAMLParseError ? (error.linePos?.[0].line ?? 1) : 1;
    throw new ProblemError('TABLE_UNREADABLE', `YAML 第 ${line} 行不能识别`, [], { cause: error });
  }
}

async function readTable(bytes: Buffer, file: FileName): Promise<ReadFile> {
  try {
    const table = await openTable(Readable.from([bytes]));
    try {
      return await rowsOfTable(table.rows, file);
    } finally {
      await table.close();
    }
  } catch (error) {
    if (error instanceof TableFault) throw new ProblemError(error.code, error.message, [], { cause: error });
    throw error;
  }
}

async function rowsOfTable(
  source: AsyncIterable<{ line: number; cells: readonly string[] | undefined; faults: readonly { column: number; code: string }[] }>,
  file: FileName,
): Promise<ReadFile> {
  const faults: ImportFault[] = [];
  const rows: RawRow[] = [];
  let columns: (string | null)[] | undefined;
  for await (const { line, cells, faults: damaged } of source) {
    if (cells === undefined) {
      faults.push({ file, line, column: null, textZh: '本行不是合法的 CSV' });
      continue;
    }
    if (columns === undefined) {
      const header = readHeader(file, cells);
      if (!header.ok) return { files: new Map(), faults: header.faults };
      columns = header.columns;
      continue;
    }
    if (cells[0]?.startsWith(notesMark) === true) continue;
    for (const { column, code } of damaged)
      faults.push({ file, line, column: columns[column] ?? null, textZh: `单元格在表格软件中已损坏（${code}）` });
    if (rows.length >= maxRows) throw new ProblemError('TABLE_TOO_LARGE', `一次最多导入 ${maxRows} 行`);
    const named = columns.flatMap((column, place) => (column === null ? [] : [[column, (cells[place] ?? '').trim()] as const]));
    rows.push({ line, cells: Object.fromEntries(named) });
  }
  return { files: new Map([[file, rows]]), faults };
}
