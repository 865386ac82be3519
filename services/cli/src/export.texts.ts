import type { Language } from './options.ts';

const zh = {
  description: '把一个列表导出为文件（xlsx 或 CSV），与屏幕上的列表同样的筛选条件和数据范围；跟踪作业并下载',
  listArgument: '列表，如 tasks、list-entries、feedback、notices、match-candidates、stats/rows、events',
  fileOption: '写到的文件；缺省为 <列表>.<格式>',
  formatOption: '文件格式；缺省按文件名，否则为 xlsx',
  encodingOption: 'CSV 的编码',
  columnsOption: '列名，逗号分隔，按此顺序；缺省为全部列（列名见 /docs）',
  filterOption: '列表的一个筛选条件，写作 名称=值，可重复',
  notFilter: '筛选条件应写作 名称=值，如 status=DISPATCHED',
  notList: '列表名只含小写字母、连字符和 /',
  overwrite: (path: string) => `${path} 已存在，覆盖吗？`,
  accepted: (id: string) => `导出作业 ${id} 已受理；中断本命令不影响作业，文件保留 24 小时`,
  unwritten: (status: string, reason: string) => `没有得到文件：${status} ${reason}`,
  damaged: '下载的文件与服务器上的不一致，未保存',
  unwritable: (path: string, reason: string) => `无法写入 ${path}：${reason}`,
  written: (path: string, rows: number, bytes: number) => `${path}：${rows} 行，${(bytes / 1024).toFixed(0)} KB`,
  warning: '导出已记录；自然人以代码代替。泄露公民身份信息须依法承担责任。',
};
const en: typeof zh = {
  description: 'export a list as a file (xlsx or CSV), with the filter and the rows of its screen; follows the job and downloads',
  listArgument: 'list, such as tasks, list-entries, feedback, notices, match-candidates, stats/rows, events',
  fileOption: 'file to write; <list>.<format> if left out',
  formatOption: 'format of the file; by its name if left out, else xlsx',
  encodingOption: 'encoding of a CSV file',
  columnsOption: 'columns in this order, commas between; all if left out (see /docs)',
  filterOption: 'a filter of the list, name=value; may be repeated',
  notFilter: 'a filter reads name=value, such as status=DISPATCHED',
  notList: 'a list has small letters, hyphens and /',
  overwrite: (path) => `${path} exists. Overwrite it?`,
  accepted: (id) => `export job ${id} accepted; it goes on when this command ends, the file is kept for 24 hours`,
  unwritten: (status, reason) => `there is no file: ${status} ${reason}`,
  damaged: 'the file that came is not the one on the server; it was not kept',
  unwritable: (path, reason) => `cannot write ${path}: ${reason}`,
  written: (path, rows, bytes) => `${path}: ${rows} rows, ${(bytes / 1024).toFixed(0)} KB`,
  warning: 'This export is on record; natural persons stand under codes. Leaking identities is punishable by law.',
};

/** What `lianxin export` says. */
export function exportTextsOf(language: Language): typeof zh {
  return language === 'en' ? en : zh;
}
