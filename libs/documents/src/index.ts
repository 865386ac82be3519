export { printable } from './fonts.ts';
export type { Paper, PaperBlock } from './paper.ts';
export { renderPaper, renderPaperToBuffer } from './render.ts';
