/** A column of a template workbook. */
export interface TemplateColumn {
  /** Field code, in camelCase with dots: `subject.usccCode`; it heads the column too where a file is written by machine. */
  readonly path: string;
  readonly titleZh: string;
  readonly isRequired: boolean;
  /** What belongs into it, for the notes row. */
  readonly noteZh: string;
  /** Drop-down: what may be chosen. Either the code or the label may stand in a file. */
  readonly choices?: readonly TemplateChoice[];
  /** Kept as text whatever is typed (codes of 18 digits, dates). */
  readonly width?: number;
}
export interface TemplateChoice {
  readonly code: string;
  readonly labelZh: string;
}

/** What a template workbook is made of. A change of columns is a new version: a file made on an old one is told so. */
export interface SheetTemplate {
  readonly code: string;
  readonly titleZh: string;
  readonly version: number;
  readonly columns: readonly TemplateColumn[];
  /** Rows of the example sheet, by path; synthetic. */
  readonly examples: readonly Readonly<Record<string, string>>[];
}
