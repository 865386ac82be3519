import { TableFault, type TableFormat } from './table.reading.ts';

/** Bytes that `sniffFormat` wants to see, if there are so many. */
export const sniffBytes = 4096;

const saveAsXlsx = '请在表格软件中另存为“Excel 工作簿（.xlsx）”或“CSV UTF-8”后重新上传';

/**
 * Tells from its first bytes what a file is; its name and its declared type do not matter.
 * @throws TableFault TABLE_FORMAT_UNSUPPORTED with how to save it
 */
export function sniffFormat(head: Uint8Array): TableFormat {
  const starts = (...bytes: number[]) => bytes.every((byte, index) => head[index] === byte);
  if (starts(0x50, 0x4b, 0x03, 0x04)) return 'XLSX';
  if (starts(0x50, 0x4b, 0x05, 0x06)) throw unsupported('压缩包为空');
  if (starts(0xd0, 0xcf, 0x11, 0xe0)) throw unsupported('文件是 .xls（97-2003 工作簿）或加密的工作簿；加密的请先取消打开密码');
  if (starts(0xff, 0xfe) || starts(0xfe, 0xff)) throw unsupported('文件是 UTF-16 文本');
  if (starts(0x25, 0x50, 0x44, 0x46)) throw unsupported('文件是 PDF');
  if (starts(0x1f, 0x8b) || starts(0x52, 0x61, 0x72, 0x21) || starts(0x37, 0x7a, 0xbc, 0xaf))
    throw unsupported('文件是压缩包，请解压后上传其中的表格');
  const text = Buffer.from(head.subarray(0, 512))
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
    .toLowerCase();
  if (/^<(!doctype html|html|table|meta)/.test(text)) throw unsupported('文件是网页（扩展名可能写作 .xls）');
  if (text.startsWith('<?xml')) throw unsupported('文件是 XML 表格');
  if (text.startsWith('{\\rtf')) throw unsupported('文件是 RTF 文档');
  if (head.includes(0)) throw unsupported('文件不是文本，也不是 .xlsx');
  return 'CSV';
}

function unsupported(what: string): TableFault {
  return new TableFault('TABLE_FORMAT_UNSUPPORTED', `${what}。${saveAsXlsx}`);
}
