const mebibyte = 1024 * 1024;

/** Largest CSV record in characters; a longer one is a faulty row and never held in memory. */
export const maxRecordLength = 512 * 1024;

/**
 * Limits of a workbook. They bound what reading one may take beyond the idle process: the file itself, its table of shared strings, one element of XML
 * and the heap of the worker thread, together at most `workbookMemoryBytes` (measured: docs/decisions/0009).
 */
export const workbookLimits = {
  /** The packed file. It is held whole, because the directory of a zip stands at its end. */
  fileBytes: 50 * mebibyte,
  /** Parts in the package; ten thousand drawings are no list. */
  entries: 2_000,
  /** A sheet when unpacked: a million rows of ten columns are about 500 MB. */
  sheetBytes: 1024 * mebibyte,
  /** Workbook, relations, styles: read whole. */
  partBytes: 8 * mebibyte,
  /** Table of shared strings as UTF-8, kept outside of the heap. */
  sharedStringBytes: 64 * mebibyte,
  sharedStrings: 4_000_000,
  /** The part of the package that holds them, unpacked; markup included. */
  sharedStringPartBytes: 512 * mebibyte,
  /** One element or text between two tags. */
  elementBytes: mebibyte,
  /** Characters of a cell: Excel's own limit. */
  cellCharacters: 32_767,
  /** Columns and rows that the format knows at most. */
  columns: 16_384,
  rows: 1_048_576,
  /** Heap of the worker thread; beyond it the thread ends, the process does not. */
  heapMegabytes: 128,
} as const;

/** Stated limit for reading one workbook, over the idle process; at most `maxOpenWorkbooks` are read at a time, others wait. */
export const workbookMemoryBytes = 320 * mebibyte;
export const maxOpenWorkbooks = 2;
