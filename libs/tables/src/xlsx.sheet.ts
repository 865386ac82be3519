import { workbookLimits } from './table.limits.ts';
import { type CellFault, TableFault, type TableRow } from './table.reading.ts';
import { type CellValue, columnOf, numberText, serialText, unescapeCell } from './xlsx.cells.ts';
import type { XlsxPackage } from './xlsx.package.ts';
import type { Workbook } from './xlsx.workbook.ts';
import { parseXml, type XmlHandlers } from './xlsx.xml.ts';

/** Reads the rows of a sheet as they are unpacked, blank ones left out. */
export async function* readSheet(pack: XlsxPackage, part: string, workbook: Workbook): AsyncGenerator<TableRow[]> {
  const reader = new SheetReader(workbook);
  for await (const _piece of parseXml(pack.read(part, workbookLimits.sheetBytes), reader))
    if (reader.rows.length > 0) yield reader.rows.splice(0);
}

class SheetReader implements XmlHandlers {
  readonly rows: TableRow[] = [];
  private readonly workbook: Workbook;
  private line = 0;
  private cells: string[] = [];
  private faults: CellFault[] = [];
  private column = -1;
  private type = '';
  private style = 0;
  private value = '';
  private formula: string | undefined;
  private into: 'VALUE' | 'FORMULA' | undefined;
  private isAid = false;

  constructor(workbook: Workbook) {
    this.workbook = workbook;
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    switch (name) {
      case 'row':
        this.line = Number(attributes['r'] ?? this.line + 1);
        if (!Number.isInteger(this.line) || this.line < 1 || this.line > workbookLimits.rows) throw broken();
        this.cells = [];
        this.faults = [];
        this.column = -1;
        break;
      case 'c':
        this.column = attributes['r'] === undefined ? this.column + 1 : (columnOf(attributes['r']) ?? Number.POSITIVE_INFINITY);
        if (this.column >= workbookLimits.columns) throw broken();
        this.type = attributes['t'] ?? 'n';
        this.style = Number(attributes['s'] ?? 0);
        this.value = '';
        this.formula = undefined;
        break;
      case 'f':
        this.formula = '';
        this.into = 'FORMULA';
        break;
      case 'rPh':
        this.isAid = true;
        break;
      case 'v':
      case 't':
        if (!this.isAid) this.into = 'VALUE';
        break;
    }
  }

  text(text: string): void {
    if (this.into === 'VALUE' && this.value.length <= workbookLimits.cellCharacters) this.value += text;
    else if (this.into === 'FORMULA' && this.formula !== undefined && this.formula.length <= workbookLimits.cellCharacters)
      this.formula += text;
  }

  close(name: string): void {
    switch (name) {
      case 'v':
      case 't':
      case 'f':
        this.into = undefined;
        break;
      case 'rPh':
        this.isAid = false;
        break;
      case 'c':
        this.endCell();
        break;
      case 'row':
        if (this.cells.some((cell) => cell.trim() !== '')) this.rows.push({ line: this.line, cells: this.cells, faults: this.faults });
        break;
    }
  }

  private endCell(): void {
    const { text, fault } = this.valueOf();
    if (text === '' && fault === undefined) return;
    while (this.cells.length < this.column) this.cells.push('');
    this.cells[this.column] = text.slice(0, workbookLimits.cellCharacters);
    const code = text.length > workbookLimits.cellCharacters ? 'TOO_LONG' : fault;
    if (code !== undefined) this.faults.push({ column: this.column, code });
  }

  /** A formula stands as its text: what it came to is not asked, for nobody can tell when and by what it was computed. */
  private valueOf(): CellValue {
    if (this.formula !== undefined) return { text: `=${this.formula}`, fault: 'FORMULA' };
    const { value } = this;
    switch (this.type) {
      case 's':
        return { text: this.sharedString(value) };
      case 'inlineStr':
      case 'str':
        return { text: unescapeCell(value) };
      case 'b':
        return { text: value === '1' ? 'TRUE' : 'FALSE' };
      case 'd':
        return { text: value.replace(/T00:00(:00(\.0+)?)?Z?$/, '').replace('T', ' ') };
      case 'e':
        return { text: value, fault: 'ERROR_VALUE' };
      default:
        if (value === '') return { text: '' };
        return this.workbook.dateStyles[this.style] === true ? serialText(value, this.workbook.is1904) : numberText(value);
    }
  }

  private sharedString(index: string): string {
    const text = this.workbook.strings.get(Number(index));
    if (text === undefined) throw broken();
    return text;
  }
}

function broken(): TableFault {
  return new TableFault('TABLE_UNREADABLE', '工作表已损坏（单元格位置或引用无效），请重新保存后上传');
}
