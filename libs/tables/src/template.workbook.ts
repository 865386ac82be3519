import type ExcelJS from 'exceljs';
import { csvField } from './cell.rules.ts';
import type { SheetTemplate, TemplateColumn } from './template.ts';

/** Rows below the header that are prepared for typing. */
const preparedRows = 1_000;
const amber = 'FFFFF2CC';
const grey = 'FFEDEDED';

/**
 * A template as a workbook: header, row of notes, drop-downs from a dictionary, text cells (so that 18-digit codes stay whole), a sheet of examples and a
 * hidden one whose name tells the version.
 * @param notesMark with which the row of notes begins, by which the import passes over it
 * @param versionSheet name of the hidden sheet
 */
export async function templateWorkbook(template: SheetTemplate, names: { notesMark: string; versionSheet: string }): Promise<Buffer> {
  const { default: excel } = await import('exceljs');
  const workbook = new excel.Workbook();
  const data = workbook.addWorksheet(template.titleZh, { views: [{ state: 'frozen', ySplit: 2 }] });
  data.addRow(template.columns.map(titleOf));
  data.addRow(notesOf(template, names.notesMark));
  decorate(data, template.columns);
  const dictionary = workbook.addWorksheet(names.versionSheet, { state: 'veryHidden' });
  addDropDowns(data, dictionary, template.columns);
  const examples = workbook.addWorksheet('示例');
  examples.addRow(template.columns.map(titleOf));
  for (const example of template.examples) examples.addRow(template.columns.map((column) => example[column.path] ?? ''));
  decorate(examples, template.columns);
  return Buffer.from(await workbook.xlsx.writeBuffer());
}

/** The same as CSV, UTF-8 with a byte order mark: header and notes. */
export function templateCsv(template: SheetTemplate, names: { notesMark: string }): Buffer {
  const lines = [template.columns.map(titleOf), notesOf(template, names.notesMark)].map((cells) => cells.map(csvField).join(','));
  return Buffer.from(`\uFEFF${lines.join('\r\n')}\r\n`, 'utf8');
}

/** As a choice stands in a drop-down: its label, or code and label where people know the code. */
export function choiceText(choice: { readonly code: string; readonly labelZh: string }, withCode: boolean): string {
  return withCode ? `${choice.code}｜${choice.labelZh}` : choice.labelZh;
}

function titleOf(column: TemplateColumn): string {
  return column.isRequired ? `${column.titleZh}*` : column.titleZh;
}

function notesOf(template: SheetTemplate, notesMark: string): string[] {
  return template.columns.map((column, index) => {
    const note = `${column.isRequired ? '必填。' : ''}${column.noteZh}`;
    return index === 0 ? `${notesMark}${note}` : note;
  });
}

function decorate(sheet: ExcelJS.Worksheet, columns: readonly TemplateColumn[]): void {
  for (const [index, column] of columns.entries()) {
    const target = sheet.getColumn(index + 1);
    target.width = column.width ?? Math.min(40, Math.max(14, column.titleZh.length * 2 + 4));
    target.numFmt = '@';
    const header = sheet.getCell(1, index + 1);
    header.font = { bold: true };
    header.fill = { type: 'pattern', pattern: 'solid', fgColor: { argb: column.isRequired ? amber : grey } };
  }
  sheet.getRow(2).alignment = { wrapText: true, vertical: 'top' };
}

/** A list of more than 255 characters cannot stand in the rule itself: it stands in a range of the hidden sheet. */
function addDropDowns(data: ExcelJS.Worksheet, dictionary: ExcelJS.Worksheet, columns: readonly TemplateColumn[]): void {
  const rules = (data as unknown as { dataValidations: { add(range: string, rule: ExcelJS.DataValidation): void } }).dataValidations;
  let place = 0;
  for (const [index, column] of columns.entries()) {
    const choices = column.choices ?? [];
    if (choices.length === 0) continue;
    place++;
    for (const [row, choice] of choices.entries())
      dictionary.getCell(row + 1, place).value = choiceText(choice, column.path === 'listCode');
    const letter = dictionary.getColumn(place).letter;
    const target = data.getColumn(index + 1).letter;
    rules.add(`${target}3:${target}${preparedRows}`, {
      type: 'list',
      allowBlank: !column.isRequired,
      showErrorMessage: true,
      errorTitle: column.titleZh,
      error: '请从下拉列表中选择',
      formulae: [`'${dictionary.name}'!$${letter}$1:$${letter}$${choices.length}`],
    });
  }
}
