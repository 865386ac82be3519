/** What a cell holds, which decides how each kind of file shows it. */
export type CellKind =
  /** Free text. */
  | 'text'
  /** Codes, numbers of documents, ids: text, never a figure that a spreadsheet rounds. */
  | 'code'
  | 'number'
  /** `YYYY-MM-DD` */
  | 'date'
  /** RFC 3339; shown in Beijing time. */
  | 'instant'
  /** 是 / 否 */
  | 'flag';

export type WrittenCell = string | number | boolean | null;
export type WrittenRow = readonly WrittenCell[];

export interface WrittenColumn {
  /** What stands in the header row. */
  readonly titleZh: string;
  readonly kind: CellKind;
}

/** Lines of the last sheet: label and text. */
export type TableNotes = readonly (readonly [label: string, text: string])[];

/** A table that is to be written. */
export interface WrittenTable {
  readonly format: 'xlsx' | 'csv';
  /** Of a CSV file; an xlsx file is always UTF-8. */
  readonly encoding: 'utf-8' | 'gb18030';
  /** Name of the sheets. */
  readonly titleZh: string;
  readonly columns: readonly WrittenColumn[];
  /** Printed at the foot of every page of an xlsx file: whose copy it is. */
  readonly footer: string;
}

/** Rows in portions, in their order; at the end what is to be noted about them. A writer asks for the next portion when it has written the last. */
export type WrittenRows = AsyncGenerator<readonly WrittenRow[], TableNotes, undefined>;
