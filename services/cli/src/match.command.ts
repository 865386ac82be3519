import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { jobSchema } from './answers.ts';
import { type CommandContext, readersOf } from './command.ts';
import { type ExitCode, exitCodes } from './exit-code.rules.ts';
import { CommandFault } from './faults.ts';
import { openTable } from './import.command.ts';
import { followJob } from './job.follow.ts';
import { matchTextsOf } from './match.texts.ts';
import { registerReview } from './match-review.command.ts';
import type { Column } from './output.ts';
import type { Session } from './session.ts';

const uploadTimeoutMs = 3_600_000;
const resultSchema = z.looseObject({
  id: z.string(),
  caption: z.string(),
  decision: z.string(),
  grade: z.string(),
  rule: z.string(),
  score: z.number(),
  properties: z.record(z.string(), z.array(z.string())),
  explanations: z.record(z.string(), z.looseObject({ detail: z.string() })),
});
type Result = z.infer<typeof resultSchema>;
const answerSchema = z.looseObject({ responses: z.record(z.string(), z.looseObject({ results: z.array(resultSchema) })) });
const matchJobSchema = jobSchema.extend({
  progress: jobSchema.shape.progress.extend({ matched: z.number(), toReview: z.number(), unmatched: z.number(), faulty: z.number() }),
  resultHref: z.string().nullable(),
});

interface QueryOptions {
  readonly name?: string;
  readonly code?: string;
  readonly person?: true;
  readonly idType?: string;
  readonly idNumber?: string;
  readonly representative?: string;
  readonly region?: string;
  readonly decisionDate?: string;
  readonly purpose?: string;
  readonly limit: number;
}

/** `lianxin match …`: one query, a file, the review queue. */
export function registerMatch(program: Command, context: CommandContext): void {
  const t = matchTextsOf(context.language);
  const read = readersOf(context.texts);
  const match = program.command('match').description(t.description);
  match
    .command('query')
    .description(t.query)
    .option('--name <name>', t.nameOption)
    .option('--code <code>', t.codeOption)
    .option('--person', t.personOption)
    .option('--id-type <type>', t.idTypeOption)
    .option('--id-number <number>', t.idNumberOption)
    .option('--representative <name>', t.representativeOption)
    .option('--region <code>', t.regionOption)
    .option('--decision-date <date>', t.dateOption, read.date)
    .option('--purpose <text>', t.purposeOption)
    .option('--limit <n>', t.limitOption, read.count, 5)
    .action(context.action(query));
  match
    .command('job')
    .description(t.job)
    .argument('<file>', t.fileArgument)
    .requiredOption('--purpose <text>', t.purposeOption)
    .addOption(new Option('--scope <scope>', t.scopeOption).choices(['organisations', 'persons', 'all']).default('organisations'))
    .option('-f, --file <file>', t.resultOption)
    .action(context.action(job));
  registerReview(match, context);
}

async function query(session: Session, options: QueryOptions): Promise<ExitCode> {
  const t = matchTextsOf(session.options.lang);
  const given: Readonly<Record<string, string | undefined>> = {
    name: options.name,
    usccCode: options.person ? undefined : options.code,
    idType: options.idType,
    idNumber: options.idNumber,
    legalRepresentative: options.representative,
    regionCode: options.region,
    decisionDate: options.decisionDate,
  };
  const properties = Object.fromEntries(Object.entries(given).flatMap(([field, value]) => (value === undefined ? [] : [[field, [value]]])));
  const { limit, purpose } = options;
  const body = {
    queries: { q: { schema: options.person ? 'Person' : 'Organization', properties } },
    config: { limit, ...(purpose === undefined ? {} : { purpose }) },
  };
  const answer = await session.client('CREDIT_OFFICE').change({ path: '/api/v1/match/all', body }, answerSchema);
  if (answer === undefined) return exitCodes.ok;
  const results = answer.responses['q']?.results ?? [];
  await session.output.rows(resultColumns(t), [results], () => answer);
  if (results.length === 0 && session.output.isTable) session.terminal.say(t.nobody);
  return exitCodes.ok;
}

function resultColumns(t: ReturnType<typeof matchTextsOf>): Column<Result>[] {
  const c = t.columns;
  return [
    { key: 'decision', title: c.decision, value: (row) => row.decision, shown: (row) => t.decisions[row.decision] ?? row.decision },
    { key: 'rule', title: c.grade, value: (row) => `${row.grade} ${row.rule}` },
    { key: 'caption', title: c.caption, value: (row) => row.caption },
    { key: 'code', title: c.code, value: (row) => (row.properties['usccCode'] ?? row.properties['idNumberMasked'] ?? []).join(' ') },
    { key: 'score', title: c.score, value: (row) => row.score },
    {
      key: 'why',
      title: c.why,
      value: (row) =>
        Object.values(row.explanations)
          .map((explanation) => explanation.detail)
          .join('；'),
      maxCharacters: 120,
    },
    { key: 'id', title: c.id, value: (row) => row.id },
  ];
}

async function job(
  session: Session,
  path: string,
  options: { readonly purpose: string; readonly scope: string; readonly file?: string },
): Promise<ExitCode> {
  const t = matchTextsOf(session.options.lang);
  const { terminal, texts } = session;
  const client = session.client(undefined);
  const resultPath = options.file ?? `${path}.match.csv`;
  if (existsSync(resultPath)) await session.confirm(t.overwrite(resultPath));
  const file = await openTable(path, texts);
  terminal.say(texts.import.uploading(file.name, file.bytes));
  const { purpose, scope } = options;
  const accepted = await client.change(
    { path: '/api/v1/match-jobs', query: { purpose, scope }, file, timeoutMs: uploadTimeoutMs },
    matchJobSchema,
  );
  if (accepted === undefined) return exitCodes.ok;
  terminal.say(t.accepted(accepted.id));
  const ended = await followJob(session, client, accepted, `/api/v1/match-jobs/${accepted.id}`, matchJobSchema);
  if (ended.resultHref === null) throw new CommandFault(t.notSucceeded(texts.jobStatus[ended.status] ?? ended.status, ended.failure ?? ''));
  await client.download({ path: ended.resultHref, timeoutMs: uploadTimeoutMs }, resultPath, (reason) => t.unwritable(resultPath, reason));
  const { matched, toReview, unmatched, faulty } = ended.progress;
  terminal.say(t.ended(matched, toReview, unmatched, faulty));
  terminal.say(t.written(resultPath));
  return faulty > 0 ? exitCodes.partial : exitCodes.ok;
}
