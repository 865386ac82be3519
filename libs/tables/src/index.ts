export { beijingText, guardFormula, looksLikeFormula, unguardFormula } from './cell.rules.ts';
export { TextSniffer } from './csv.encoding.ts';
export { type MarkedFile, type MarkedRow, markedCsv, markedWorkbook } from './marked.workbook.ts';
export { maxOpenWorkbooks, maxRecordLength, workbookLimits, workbookMemoryBytes } from './table.limits.ts';
export { openTable } from './table.reader.ts';
export {
  type CellFault,
  type CellFaultCode,
  type SheetInfo,
  type Table,
  TableFault,
  type TableFaultCode,
  type TableFormat,
  type TableRow,
  type TextEncoding,
} from './table.reading.ts';
export { sniffBytes, sniffFormat } from './table.sniff.ts';
export { tableBytes, tableBytesInThread } from './table.writer.ts';
export type { CellKind, TableNotes, WrittenCell, WrittenColumn, WrittenRow, WrittenRows, WrittenTable } from './table.written.ts';
export type { SheetTemplate, TemplateChoice, TemplateColumn } from './template.ts';
export { templateCsv, templateWorkbook } from './template.workbook.ts';
