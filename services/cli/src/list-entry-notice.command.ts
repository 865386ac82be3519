import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { type CommandContext, readersOf } from './command.ts';
import { type ExitCode, exitCodes } from './exit-code.rules.ts';
import type { Language } from './options.ts';
import type { Session } from './session.ts';

const zh = {
  description: '下载两书（认定决定书和信用修复告知书，PDF）；自然人脱敏，说明用途后取得送达件',
  fileOption: '写到的文件；缺省为 notice-<记录编号>.pdf',
  purposeOption: '用途，如“送达当事人”；取件人和用途留痕',
  overwrite: (path: string) => `${path} 已存在，覆盖吗？`,
  unwritable: (path: string, reason: string) => `无法写入 ${path}：${reason}`,
  written: (path: string) => `已写入 ${path}`,
};
const en: typeof zh = {
  description: 'download the decision and the repair notice as PDF; persons masked unless a purpose is given',
  fileOption: 'file to write; notice-<id>.pdf if left out',
  purposeOption: 'what for, such as service on the party; kept with who took it',
  overwrite: (path) => `${path} exists. Overwrite it?`,
  unwritable: (path, reason) => `cannot write ${path}: ${reason}`,
  written: (path) => `wrote ${path}`,
};
const textsOf = (language: Language): typeof zh => (language === 'en' ? en : zh);

/** `lianxin list-entry notice <id>`: both documents of a decision on paper (R-5-9). */
export function registerNotice(listEntry: Command, context: CommandContext): void {
  const t = textsOf(context.language);
  listEntry
    .command('notice')
    .description(t.description)
    .argument('<id>', context.texts.listEntry.idArgument, readersOf(context.texts).id)
    .option('-f, --file <file>', t.fileOption)
    .option('--purpose <purpose>', t.purposeOption)
    .action(context.action(downloadNotice));
}

async function downloadNotice(session: Session, id: string, options: { file?: string; purpose?: string }): Promise<ExitCode> {
  const t = textsOf(session.options.lang);
  const path = options.file ?? `notice-${id}.pdf`;
  if (existsSync(path)) await session.confirm(t.overwrite(path));
  const query = options.purpose === undefined ? {} : { purpose: options.purpose };
  await session
    .client('CREDIT_OFFICE')
    .download({ path: `/api/v1/list-entries/${id}/notice.pdf`, query }, path, (reason) => t.unwritable(path, reason));
  session.terminal.say(t.written(path));
  return exitCodes.ok;
}
