import type { Command } from 'commander';
import { z } from 'zod';
import { type CommandContext, readersOf } from './command.ts';
import { type ExitCode, exitCodes } from './exit-code.rules.ts';
import { showList } from './list.ts';
import { objectionTextsOf } from './objection.texts.ts';
import type { Column } from './output.ts';
import { readPages } from './paging.ts';
import type { Session } from './session.ts';

const eventSchema = z.looseObject({ id: z.string(), type: z.string(), time: z.string(), text: z.string() });
type TimelineEvent = z.infer<typeof eventSchema>;
const stateSchema = z.looseObject({
  state: z
    .looseObject({
      entries: z.array(z.looseObject({ entryId: z.string(), number: z.string(), listCode: z.string(), status: z.string() })),
      plans: z.array(z.looseObject({ planId: z.string(), status: z.string() })),
      tasks: z.array(z.looseObject({ taskId: z.string(), departmentCode: z.string(), status: z.string() })),
    })
    .nullable(),
});
const causesSchema = z.looseObject({
  chain: z.array(z.looseObject({ link: z.string(), event: eventSchema })),
  flag: z
    .looseObject({
      number: z.string(),
      designatingDepartment: z.string(),
      designatingDepartmentZh: z.string().nullable(),
      decision: z.looseObject({ number: z.string(), date: z.string() }),
    })
    .nullable(),
  legalBasis: z.array(
    z.looseObject({
      measureCode: z.string(),
      measureZh: z.string().nullable(),
      departmentCode: z.string(),
      bases: z.array(z.looseObject({ document: z.string(), article: z.string().nullable(), verified: z.boolean() })),
    }),
  ),
});

/** `lianxin timeline …`: the journal of one subject. */
export function registerTimeline(program: Command, context: CommandContext): void {
  const t = objectionTextsOf(context.language);
  const read = readersOf(context.texts);
  const timeline = program.command('timeline').description(t.timeline);
  timeline
    .command('show')
    .description(t.show)
    .argument('<subject>', t.subjectArgument, read.id)
    .option('--as-of <date>', t.asOfOption, read.date)
    .option('--types <types>', t.typesOption)
    .option('--limit <n>', t.limitOption, read.count, 100)
    .action(context.action(show));
  timeline
    .command('why')
    .description(t.why)
    .argument('<subject>', t.subjectArgument, read.id)
    .argument('<event>', t.eventArgument, read.id)
    .option('--task <id>', t.taskOption, read.id)
    .action(context.action(why));
}

async function show(session: Session, id: string, options: { asOf?: string; types?: string; limit: number }): Promise<ExitCode> {
  const t = objectionTextsOf(session.options.lang);
  const client = session.client('CREDIT_OFFICE');
  const path = `/api/v1/subjects/${id}/timeline`;
  const pages = readPages(client, path, { types: options.types, to: options.asOf }, eventSchema, { limit: options.limit });
  await showList(session, eventColumns(session, t.columns), pages, t.none);
  if (options.asOf === undefined || !session.output.isTable) return exitCodes.ok;
  const answer = await client.read({ path, query: { asOf: options.asOf, limit: 1 } }, stateSchema);
  if (answer?.state == null) return exitCodes.ok;
  const { entries, plans, tasks } = answer.state;
  const { texts } = session;
  await session.terminal.data(`\n${t.state(options.asOf)}`);
  const rows = [
    ...entries.map((one) => ({
      id: one.entryId,
      what: `${one.listCode} ${one.number}`,
      status: one.status,
      shown: texts.entryStatus[one.status],
    })),
    ...plans.map((one) => ({ id: one.planId, what: t.plan, status: one.status, shown: t.word(one.status) })),
    ...tasks.map((one) => ({ id: one.taskId, what: one.departmentCode, status: one.status, shown: texts.taskStatus[one.status] })),
  ];
  const columns: Column<(typeof rows)[number]>[] = [
    { key: 'what', title: t.columns.kind, value: (row) => row.what },
    { key: 'status', title: t.columns.status, value: (row) => row.status, shown: (row) => row.shown ?? row.status },
    { key: 'id', title: t.columns.id, value: (row) => row.id },
  ];
  await session.output.rows(columns, [rows]);
  return exitCodes.ok;
}

async function why(session: Session, subject: string, event: string, options: { task?: string }): Promise<ExitCode> {
  const t = objectionTextsOf(session.options.lang);
  const path = `/api/v1/subjects/${subject}/events/${event}/causes`;
  const causes = await session.client('CREDIT_OFFICE').read({ path, query: { taskId: options.task } }, causesSchema);
  if (causes === undefined) return exitCodes.ok;
  const columns: Column<(typeof causes.chain)[number]>[] = [
    { key: 'link', title: t.columns.link, value: (row) => row.link, shown: (row) => t.word(row.link) },
    { key: 'time', title: t.columns.time, value: (row) => row.event.time, shown: (row) => session.texts.instant(row.event.time) },
    { key: 'text', title: t.columns.text, value: (row) => row.event.text, maxCharacters: 120 },
  ];
  await session.output.rows(columns, [causes.chain], () => causes);
  if (!session.output.isTable) return exitCodes.ok;
  const { flag } = causes;
  if (flag !== null) {
    const unit = flag.designatingDepartmentZh ?? flag.designatingDepartment;
    await session.terminal.data(`\n${t.flag(flag.number, unit, `${flag.decision.number} ${flag.decision.date}`)}`);
  }
  for (const one of causes.legalBasis)
    for (const basis of one.bases)
      await session.terminal.data(
        `${one.departmentCode} ${one.measureZh ?? one.measureCode}：${basis.document} ${basis.article ?? ''}${basis.verified ? '' : t.unverified}`,
      );
  return exitCodes.ok;
}

function eventColumns(session: Session, c: ReturnType<typeof objectionTextsOf>['columns']): Column<TimelineEvent>[] {
  return [
    { key: 'time', title: c.time, value: (row) => row.time, shown: (row) => session.texts.instant(row.time) },
    { key: 'text', title: c.text, value: (row) => row.text, maxCharacters: 120 },
    { key: 'id', title: c.id, value: (row) => row.id },
  ];
}
