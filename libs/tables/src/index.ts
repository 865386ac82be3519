export type { SheetTemplate, TemplateChoice, TemplateColumn } from './template.ts';
