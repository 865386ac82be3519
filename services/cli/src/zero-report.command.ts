import type { Command } from 'commander';
import { z } from 'zod';
import { type CommandContext, readersOf } from './command.ts';
import { type ExitCode, exitCodes } from './exit-code.rules.ts';
import { showList } from './list.ts';
import type { Column } from './output.ts';
import { readPages } from './paging.ts';
import type { Session } from './session.ts';
import { zeroReportTextsOf } from './zero-report.texts.ts';

const reportSchema = z.looseObject({
  id: z.string(),
  quarter: z.string(),
  departmentCode: z.string(),
  listCode: z.string(),
  status: z.string(),
  dueAt: z.string(),
  askedTasks: z.number(),
  automaticTasks: z.number(),
  givenTasks: z.number(),
});
type Report = z.infer<typeof reportSchema>;

/** `lianxin zero-report …`: what a department says once for a list and quarter (§4.5). */
export function registerZeroReports(program: Command, context: CommandContext): void {
  const t = zeroReportTextsOf(context.language);
  const read = readersOf(context.texts);
  const group = program.command('zero-report').description(t.description);
  group
    .command('ls')
    .description(t.ls)
    .option('--quarter <quarter>', t.quarter)
    .option('--status <status>', t.status)
    .option('--limit <n>', t.limit, read.count, 50)
    .action(context.action(list));
  group
    .command('submit')
    .description(t.submit)
    .argument('<id>', t.id, read.id)
    .option('--remark <text>', t.remark)
    .action(context.action(submit));
  group
    .command('approve')
    .description(t.approve)
    .argument('<id>', t.id, read.id)
    .action(context.action((session: Session, id: string) => act(session, id, 'approve', {})));
  group
    .command('reject')
    .description(t.reject)
    .argument('<id>', t.id, read.id)
    .requiredOption('--reason <text>', t.reason)
    .action(context.action((session: Session, id: string, options: { reason: string }) => act(session, id, 'reject', options)));
}

async function list(session: Session, options: { quarter?: string; status?: string; limit: number }): Promise<ExitCode> {
  const { limit, ...query } = options;
  const pages = readPages(session.client('CREDIT_OFFICE'), '/api/v1/zero-reports', query, reportSchema, { limit });
  await showList(session, columnsOf(session), pages, zeroReportTextsOf(session.options.lang).none);
  return exitCodes.ok;
}

async function submit(session: Session, id: string, options: { remark?: string }): Promise<ExitCode> {
  await session.confirm(zeroReportTextsOf(session.options.lang).ask(id));
  return act(session, id, 'submit', options);
}

async function act(session: Session, id: string, step: 'submit' | 'approve' | 'reject', body: object): Promise<ExitCode> {
  const report = await session.client(undefined).change({ path: `/api/v1/zero-reports/${id}/${step}`, body }, reportSchema);
  if (report !== undefined) await session.output.rows(columnsOf(session), [[report]]);
  return exitCodes.ok;
}

function columnsOf({ options, texts }: Session): Column<Report>[] {
  const { columns: c, statuses } = zeroReportTextsOf(options.lang);
  return [
    { key: 'id', title: c.id, value: (row) => row.id },
    { key: 'quarter', title: c.quarter, value: (row) => row.quarter },
    { key: 'departmentCode', title: c.department, value: (row) => row.departmentCode },
    { key: 'listCode', title: c.list, value: (row) => row.listCode },
    { key: 'status', title: c.status, value: (row) => row.status, shown: (row) => statuses[row.status] ?? row.status },
    { key: 'dueAt', title: c.due, value: (row) => row.dueAt, shown: (row) => texts.deadline(row.dueAt) },
    { key: 'askedTasks', title: c.asked, value: (row) => row.askedTasks },
    { key: 'automaticTasks', title: c.automatic, value: (row) => row.automaticTasks },
    { key: 'givenTasks', title: c.given, value: (row) => row.givenTasks },
  ];
}
