import type { SheetInfo, SheetTemplate } from '@lianxin/tables';

const prefix = '_lianxin_';

/** Name of the hidden sheet by which a file tells which template it was made on. */
export function versionSheetName(template: Pick<SheetTemplate, 'code' | 'version'>): string {
  return `${prefix}${template.code}_v${template.version}`;
}

/** What the sender should know: the file was made on an old template, or on one of another kind. */
export function templateRemark(template: Pick<SheetTemplate, 'code' | 'version'>, sheets: readonly SheetInfo[]): string | undefined {
  const match = sheets.map((sheet) => /^_lianxin_([a-z-]+)_v(\d+)$/.exec(sheet.name)).find((found) => found !== null);
  if (match === undefined) return undefined;
  const [, code = '', version = ''] = match ?? [];
  if (code !== template.code) return `文件是按“${code}”的模板填写的，本次按“${template.code}”导入`;
  if (Number(version) === template.version) return undefined;
  return `文件是按模板第 ${version} 版填写的，现行为第 ${template.version} 版；能识别的列照常导入，请改用新模板`;
}
