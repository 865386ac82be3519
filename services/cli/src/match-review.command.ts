import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { type CommandContext, readersOf } from './command.ts';
import { type ExitCode, exitCodes } from './exit-code.rules.ts';
import { showList } from './list.ts';
import { matchTextsOf } from './match.texts.ts';
import type { Column } from './output.ts';
import { readPages } from './paging.ts';
import type { Session } from './session.ts';

const candidateSchema = z.looseObject({
  id: z.string(),
  grade: z.string(),
  rule: z.string(),
  status: z.string(),
  queueScore: z.number(),
  candidateCount: z.number(),
  entryNumber: z.string(),
  listCode: z.string().nullable(),
  registerName: z.string(),
  decisionName: z.string(),
  fields: z.array(
    z.looseObject({
      field: z.string(),
      labelZh: z.string(),
      register: z.string().nullable(),
      record: z.string().nullable(),
      same: z.boolean().nullable(),
    }),
  ),
  explanations: z.record(z.string(), z.looseObject({ detail: z.string() })),
});
type Candidate = z.infer<typeof candidateSchema>;
type Field = Candidate['fields'][number];
type Evidence = { readonly kind: string; readonly reference: string };
type Texts = ReturnType<typeof matchTextsOf>;

/** `lianxin match review …`: what waits for a person, and the answers (R-11-3). */
export function registerReview(match: Command, context: CommandContext): void {
  const t = matchTextsOf(context.language);
  const read = readersOf(context.texts);
  const evidence = (value: string, previous: Evidence[] | undefined): Evidence[] => {
    const [, kind, reference] = /^([^=]{1,50})=(.{1,200})$/s.exec(value) ?? [];
    if (kind === undefined || reference === undefined) throw new InvalidArgumentError(t.notEvidence);
    return [...(previous ?? []), { kind, reference }];
  };
  const review = match.command('review').description(t.review).helpCommand(false);
  review
    .command('ls')
    .description(t.ls)
    .option('--status <status>', t.statusOption, 'OPEN,NEED_INFO')
    .option('--grade <grade>', t.gradeOption)
    .option('--limit <n>', t.limitOption, read.count, 20)
    .action(context.action(list));
  review.command('show').description(t.show).argument('<id>', t.idArgument, read.id).action(context.action(show));
  for (const [name, verdict] of [
    ['same', 'confirm'],
    ['different', 'dismiss'],
  ] as const)
    review
      .command(name)
      .description(t[name])
      .argument('<id>', t.idArgument, read.id)
      .requiredOption('--reason <text>', t.reasonOption)
      .option('--evidence <kind=reference>', t.evidenceOption, evidence)
      .action(context.action((session: Session, id: string, options: DecideOptions) => decide(session, id, verdict, options)));
}

interface DecideOptions {
  readonly reason: string;
  readonly evidence?: readonly Evidence[];
}

async function list(session: Session, options: { status: string; grade?: string; limit: number }): Promise<ExitCode> {
  const t = matchTextsOf(session.options.lang);
  const pages = readPages(
    session.client('CREDIT_OFFICE'),
    '/api/v1/match-candidates',
    { status: options.status, grade: options.grade },
    candidateSchema,
    { limit: options.limit },
  );
  await showList(session, candidateColumns(t), pages, t.none);
  return exitCodes.ok;
}

async function show(session: Session, id: string): Promise<ExitCode> {
  const t = matchTextsOf(session.options.lang);
  const candidate = await session.client('CREDIT_OFFICE').read({ path: `/api/v1/match-candidates/${id}` }, candidateSchema);
  if (candidate !== undefined) await showCandidate(session, t, candidate);
  return exitCodes.ok;
}

async function decide(
  session: Session,
  id: string,
  verdict: 'confirm' | 'dismiss',
  { reason, evidence }: DecideOptions,
): Promise<ExitCode> {
  const t = matchTextsOf(session.options.lang);
  const client = session.client(undefined);
  if (verdict === 'confirm') await session.confirm(t.confirmSame);
  const body = { reason, ...(evidence === undefined ? {} : { evidence }) };
  const candidate = await client.change({ path: `/api/v1/match-candidates/${id}/${verdict}`, body }, candidateSchema);
  if (candidate !== undefined) await showCandidate(session, t, candidate);
  return exitCodes.ok;
}

async function showCandidate(session: Session, t: Texts, candidate: Candidate): Promise<void> {
  const { output, terminal } = session;
  if (!output.isTable) {
    await output.rows(candidateColumns(t), [[candidate]], () => candidate);
    return;
  }
  await output.rows(candidateColumns(t), [[candidate]]);
  await terminal.data('');
  await output.rows(fieldColumns(t), [candidate.fields.filter((field) => field.register !== null || field.record !== null)]);
  for (const { detail } of Object.values(candidate.explanations)) await terminal.data(detail);
}

function candidateColumns(t: Texts): Column<Candidate>[] {
  const c = t.columns;
  return [
    { key: 'id', title: c.id, value: (row) => row.id },
    { key: 'rule', title: c.grade, value: (row) => `${row.grade} ${row.rule}` },
    { key: 'queueScore', title: c.score, value: (row) => row.queueScore },
    { key: 'entryNumber', title: c.entry, value: (row) => `${row.listCode ?? ''} ${row.entryNumber}`.trim() },
    { key: 'registerName', title: c.register, value: (row) => row.registerName },
    { key: 'decisionName', title: c.record, value: (row) => row.decisionName },
    { key: 'candidateCount', title: c.candidates, value: (row) => row.candidateCount },
    { key: 'status', title: c.status, value: (row) => row.status },
  ];
}

function fieldColumns(t: Texts): Column<Field>[] {
  const c = t.columns;
  return [
    { key: 'field', title: c.field, value: (row) => row.field, shown: (row) => row.labelZh },
    { key: 'register', title: c.register, value: (row) => row.register },
    { key: 'record', title: c.record, value: (row) => row.record },
    {
      key: 'same',
      title: c.same,
      value: (row) => row.same,
      shown: (row) => t.sameness[String(row.same)] ?? '',
      paint: (row) => (row.same === false ? 'bad' : undefined),
    },
  ];
}
