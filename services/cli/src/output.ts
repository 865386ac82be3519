import Table from 'cli-table3';
import { Document, Scalar, visit } from 'yaml';
import { csvLine } from './csv.rules.ts';
import type { GlobalOptions } from './options.ts';
import type { Paint, Terminal } from './terminal.ts';
import { cleanCell, escapeControls } from './terminal-text.rules.ts';

/** One column of a list: its key in CSV, its title in a table, its value, and how a person reads it. */
export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  readonly value: (row: Row) => unknown;
  /** Where a person reads something else than the value. */
  readonly shown?: (row: Row) => string;
  readonly paint?: (row: Row) => Paint | undefined;
  readonly maxCharacters?: number;
}

const defaultMaxCharacters = 60;
const noLines = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** Writes data in the format that was asked for. */
export class Output {
  constructor(
    private readonly terminal: Terminal,
    private readonly options: Pick<GlobalOptions, 'output' | 'bom'>,
  ) {}

  /** Whether a person reads it line by line. */
  get isTable(): boolean {
    return this.options.output === 'table';
  }

  /** Whether rows may be written as they come. */
  get isStream(): boolean {
    return this.options.output === 'csv';
  }

  /**
   * A list, page by page; returns how many rows. CSV is written as the pages come and keeps nothing; the others wait for the last.
   * @param document what JSON and YAML show, when it is more than the rows
   */
  async rows<Row>(
    columns: readonly Column<Row>[],
    pages: AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>,
    document: (rows: readonly Row[]) => unknown = (rows) => rows,
  ): Promise<number> {
    const rows: Row[] = [];
    let count = 0;
    if (this.isStream) await this.terminal.write((this.options.bom ? '\uFEFF' : '') + csvLine(columns.map((column) => column.key)));
    for await (const page of pages) {
      count += page.length;
      if (!this.isStream) rows.push(...page);
      else await this.terminal.write(page.map((row) => csvLine(columns.map((column) => column.value(row)))).join(''));
    }
    if (this.isTable) await this.table(columns, rows);
    else if (!this.isStream) await this.document(document(rows));
    return count;
  }

  /** One thing with its fields: a table of two columns, or the document itself. */
  async record(fields: readonly (readonly [title: string, key: string, value: unknown])[], document: unknown): Promise<void> {
    if (this.isStream) {
      await this.terminal.write((this.options.bom ? '\uFEFF' : '') + csvLine(fields.map(([, key]) => key)));
      await this.terminal.write(csvLine(fields.map(([, , value]) => value)));
    } else if (this.isTable) {
      const table = new Table({ chars: noLines, style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 } });
      for (const [title, , value] of fields) table.push([this.terminal.paintData('faint', title), cellText(value, 200)]);
      await this.terminal.data(trimLines(table.toString()));
    } else await this.document(document);
  }

  private async document(value: unknown): Promise<void> {
    if (this.options.output === 'json') await this.terminal.data(escapeControls(JSON.stringify(value, null, 2)));
    else await this.terminal.write(yamlText(value));
  }

  private async table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return;
    const table = new Table({
      head: columns.map((column) => this.terminal.paintData('strong', column.title)),
      chars: noLines,
      style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    });
    for (const row of rows) table.push(columns.map((column) => this.cell(column, row)));
    await this.terminal.data(trimLines(table.toString()));
  }

  private cell<Row>(column: Column<Row>, row: Row): string {
    const text = cellText(column.shown?.(row) ?? column.value(row), column.maxCharacters ?? defaultMaxCharacters);
    const paint = column.paint?.(row);
    return paint === undefined ? text : this.terminal.paintData(paint, text);
  }
}

function cellText(value: unknown, maxCharacters: number): string {
  if (value === null || value === undefined || value === '') return '-';
  return cleanCell(typeof value === 'string' ? value : JSON.stringify(value), maxCharacters);
}

function trimLines(text: string): string {
  return text.replace(/ +$/gm, '');
}

const needsEscapes = /[\p{Cc}\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/u;

/** YAML in which a control character stands as an escape, never bare. */
function yamlText(value: unknown): string {
  const document = new Document(value);
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === 'string' && needsEscapes.test(node.value)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  // Such characters stand within double quotes only, where YAML reads the escapes of JSON.
  return escapeControls(document.toString({ lineWidth: 0 }));
}
