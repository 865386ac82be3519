/** What may be read: a text with commas, or a workbook of Office Open XML. */
export type TableFormat = 'CSV' | 'XLSX';
export type TextEncoding = 'UTF-8' | 'GB18030';

/** Why a cell cannot be taken as it stands; its text is what the file shows. */
export type CellFaultCode = 'NUMBER_LOST_DIGITS' | 'FORMULA' | 'ERROR_VALUE' | 'TOO_LONG';
export interface CellFault {
  /** Column, 0-based. */
  readonly column: number;
  readonly code: CellFaultCode;
}

/**
 * One row of cells as text, without blank rows. `cells` is undefined for a record that is no CSV or longer than allowed; `faults` names cells of a sheet
 * that were damaged before they came here.
 */
export interface TableRow {
  /** Line of a CSV file on which the record begins, row number of a sheet; from 1. */
  readonly line: number;
  readonly cells: readonly string[] | undefined;
  readonly faults: readonly CellFault[];
}

export interface SheetInfo {
  readonly name: string;
  readonly isHidden: boolean;
}

/** A file that is open for reading. `rows` may be read once; whoever stops early calls `close`. */
export interface Table {
  readonly format: TableFormat;
  /** Of a CSV file; known for certain when its rows have been read. */
  readonly encoding: () => TextEncoding | null;
  readonly sheets: readonly SheetInfo[];
  /** The sheet whose rows are read. */
  readonly sheet: string | null;
  readonly rows: AsyncIterable<TableRow>;
  close(): Promise<void>;
}

/** Problem codes by which a file is refused as a whole; they stand in libs/contracts. */
export type TableFaultCode = 'TABLE_FORMAT_UNSUPPORTED' | 'TABLE_UNREADABLE' | 'TABLE_TOO_LARGE' | 'TABLE_SHEET_UNKNOWN';

/** A file that is refused as a whole. Its text is for the person who sent it and holds no value of a cell. */
export class TableFault extends Error {
  readonly code: TableFaultCode;

  constructor(code: TableFaultCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = 'TableFault';
    this.code = code;
  }
}
