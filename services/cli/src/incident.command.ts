import { type Command, Option } from 'commander';
import { z } from 'zod';
import { jobSchema } from './answers.ts';
import { type CommandContext, readersOf } from './command.ts';
import { type ExitCode, exitCodeOfJob, exitCodes } from './exit-code.rules.ts';
import { incidentTextsOf } from './incident.texts.ts';
import { followJob } from './job.follow.ts';
import { showList } from './list.ts';
import type { Column } from './output.ts';
import { readPages } from './paging.ts';
import type { Session } from './session.ts';

const root = '/api/v1/incidents';
const causes = ['NO_MEASURE_FOUND', 'NO_DEPARTMENT'];
const groupSchema = z.looseObject({
  cause: z.string(),
  groupKey: z.string(),
  count: z.number(),
  entries: z.number(),
  listCodes: z.array(z.string()),
  textZh: z.string(),
});
type Group = z.infer<typeof groupSchema>;
const incidentSchema = z.looseObject({
  id: z.string(),
  cause: z.string(),
  groupKey: z.string(),
  entryId: z.string(),
  listCode: z.string(),
  measureCode: z.string().nullable(),
  state: z.string(),
  raisedAt: z.string(),
});
type Incident = z.infer<typeof incidentSchema>;
const retrySchema = jobSchema.extend({ result: z.looseObject({ textZh: z.string() }) });

/** `lianxin incident …`: what could not be decomposed, by cause; fixed once, all are retried. */
export function registerIncidents(program: Command, context: CommandContext): void {
  const t = incidentTextsOf(context.language);
  const read = readersOf(context.texts);
  const incident = program.command('incident').description(t.description);
  incident.command('groups').description(t.groups).option('--limit <n>', t.limitOption, read.count, 50).action(context.action(groups));
  incident
    .command('ls')
    .description(t.ls)
    .addOption(new Option('--state <state>', t.stateOption).choices(['OPEN', 'RESOLVED', 'IGNORED']))
    .addOption(new Option('--cause <cause>', t.causeOption).choices(causes))
    .option('--limit <n>', t.limitOption, read.count, 50)
    .action(context.action(list));
  incident
    .command('retry')
    .description(t.retry)
    .argument('<cause>', t.causeArgument, read.someOf(causes))
    .argument('<key>', t.keyArgument)
    .action(context.action(retry));
  incident
    .command('ignore')
    .description(t.ignore)
    .argument('<id>', t.idArgument, read.id)
    .requiredOption('--reason <text>', t.reasonOption)
    .option('--whole-group', t.wholeGroupOption, false)
    .action(context.action(ignore));
}

async function groups(session: Session, { limit }: { limit: number }): Promise<ExitCode> {
  const t = incidentTextsOf(session.options.lang);
  const c = t.columns;
  const columns: Column<Group>[] = [
    { key: 'cause', title: c.cause, value: (row) => row.cause },
    { key: 'groupKey', title: c.key, value: (row) => row.groupKey },
    { key: 'count', title: c.count, value: (row) => row.count },
    { key: 'entries', title: c.entries, value: (row) => row.entries },
    { key: 'listCodes', title: c.lists, value: (row) => row.listCodes.join(',') },
    { key: 'textZh', title: c.text, value: (row) => row.textZh, maxCharacters: 80 },
  ];
  const paging = { limit, onMore: () => session.terminal.say(t.more) };
  await showList(session, columns, readPages(session.client('CREDIT_OFFICE'), `${root}/groups`, {}, groupSchema, paging), t.noGroups);
  return exitCodes.ok;
}

async function list(session: Session, options: { state?: string; cause?: string; limit: number }): Promise<ExitCode> {
  const t = incidentTextsOf(session.options.lang);
  const c = t.columns;
  const columns: Column<Incident>[] = [
    { key: 'id', title: c.id, value: (row) => row.id },
    { key: 'cause', title: c.cause, value: (row) => row.cause },
    { key: 'groupKey', title: c.key, value: (row) => row.groupKey },
    { key: 'listCode', title: c.lists, value: (row) => row.listCode },
    { key: 'measureCode', title: c.measure, value: (row) => row.measureCode },
    { key: 'entryId', title: c.entry, value: (row) => row.entryId },
    { key: 'state', title: c.state, value: (row) => row.state },
    { key: 'raisedAt', title: c.raisedAt, value: (row) => row.raisedAt, shown: (row) => session.texts.instant(row.raisedAt) },
  ];
  const { limit, ...query } = options;
  const paging = { limit, onMore: () => session.terminal.say(t.more) };
  await showList(session, columns, readPages(session.client('CREDIT_OFFICE'), root, query, incidentSchema, paging), t.none);
  return exitCodes.ok;
}

async function retry(session: Session, cause: string, groupKey: string): Promise<ExitCode> {
  const client = session.client(undefined);
  await session.confirm(incidentTextsOf(session.options.lang).confirmRetry(groupKey));
  const accepted = await client.change({ path: `${root}/groups/retry`, body: { cause, groupKey } }, retrySchema);
  if (accepted === undefined) return exitCodes.ok;
  const job = await followJob(session, client, accepted, `/api/v1/catalogue/jobs/${accepted.id}`, retrySchema);
  if (session.output.isTable) await session.terminal.data(job.result.textZh);
  else await session.output.record([['textZh', 'textZh', job.result.textZh]], job);
  return exitCodeOfJob(job.status) ?? exitCodes.failure;
}

async function ignore(session: Session, id: string, { reason, wholeGroup }: { reason: string; wholeGroup: boolean }): Promise<ExitCode> {
  const t = incidentTextsOf(session.options.lang);
  const client = session.client(undefined);
  await session.confirm(t.confirmIgnore);
  const answer = await client.change(
    { path: `${root}/${id}/ignore`, body: { reason, wholeGroup } },
    z.looseObject({ ignored: z.number() }),
  );
  if (answer === undefined) return exitCodes.ok;
  if (session.output.isTable) session.terminal.say(t.ignored(answer.ignored));
  else await session.output.record([['ignored', 'ignored', answer.ignored]], answer);
  return exitCodes.ok;
}
