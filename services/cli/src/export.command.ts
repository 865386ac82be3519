import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { jobSchema } from './answers.ts';
import type { CommandContext } from './command.ts';
import { type ExitCode, exitCodes } from './exit-code.rules.ts';
import { exportTextsOf } from './export.texts.ts';
import { CommandFault } from './faults.ts';
import { followJob } from './job.follow.ts';
import type { Session } from './session.ts';

const exportJobSchema = jobSchema.extend({
  request: z.looseObject({}),
  dataAt: z.string().nullable(),
  resultFiles: z.array(z.looseObject({ href: z.string(), bytes: z.number(), hash: z.string(), expiresAt: z.string() })),
});
const downloadTimeoutMs = 3_600_000;

interface ExportOptions {
  readonly file?: string;
  readonly format?: 'xlsx' | 'csv';
  readonly encoding: 'utf-8' | 'gb18030';
  readonly columns?: string;
  readonly filter?: Readonly<Record<string, string>>;
}

/** `lianxin export <list>`: what a screen shows, as a file. */
export function registerExport(program: Command, context: CommandContext): void {
  const t = exportTextsOf(context.language);
  const filters = (value: string, previous: Record<string, string> | undefined): Record<string, string> => {
    const [, name, text] = /^([A-Za-z]\w{0,59})=(.*)$/s.exec(value) ?? [];
    if (name === undefined || text === undefined) throw new InvalidArgumentError(t.notFilter);
    return { ...previous, [name]: text };
  };
  const list = (value: string): string => {
    if (!/^[a-z][a-z-]*(\/[a-z][a-z-]*)*$/.test(value)) throw new InvalidArgumentError(t.notList);
    return value;
  };
  program
    .command('export')
    .description(t.description)
    .argument('<list>', t.listArgument, list)
    .option('-f, --file <file>', t.fileOption)
    .addOption(new Option('--format <format>', t.formatOption).choices(['xlsx', 'csv']))
    .addOption(new Option('--encoding <encoding>', t.encodingOption).choices(['utf-8', 'gb18030']).default('utf-8'))
    .option('--columns <columns>', t.columnsOption)
    .option('--filter <filter>', t.filterOption, filters)
    .action(context.action(exportList));
}

async function exportList(session: Session, list: string, options: ExportOptions): Promise<ExitCode> {
  const { terminal, texts } = session;
  const t = exportTextsOf(session.options.lang);
  const client = session.client(undefined);
  const format = options.format ?? (options.file?.toLowerCase().endsWith('.csv') ? 'csv' : 'xlsx');
  const path = options.file ?? `${list.replaceAll('/', '-')}.${format}`;
  if (existsSync(path)) await session.confirm(t.overwrite(path));
  const { encoding, columns, filter = {} } = options;
  const body = { format, encoding, filter, ...(columns === undefined ? {} : { columns: columns.split(',') }) };
  const accepted = await client.change({ path: `/api/v1/${list}/exports`, body }, exportJobSchema);
  if (accepted === undefined) return exitCodes.ok;
  terminal.say(t.accepted(accepted.id));
  const job = await followJob(session, client, accepted, `/api/v1/${list}/exports/${accepted.id}`, exportJobSchema);
  const [file] = job.resultFiles;
  if (file === undefined) throw new CommandFault(t.unwritten(texts.jobStatus[job.status] ?? job.status, job.failure ?? ''));
  const hash = await client.download({ path: file.href, timeoutMs: downloadTimeoutMs }, path, (reason) => t.unwritable(path, reason), {
    expectedHash: file.hash,
    damaged: t.damaged,
  });
  // A CSV file holds rows alone: filter, time and number of the export stand beside it.
  if (format === 'csv') await writeFile(`${path}.json`, `${JSON.stringify({ file: path, hash, export: job }, null, 2)}\n`);
  terminal.say(t.written(path, job.progress.done, file.bytes));
  terminal.say(terminal.paintTalk('faint', t.warning));
  return exitCodes.ok;
}
