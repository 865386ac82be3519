import { type Command, Option } from 'commander';
import { type CommandContext, readersOf } from './command.ts';
import { type ExitCode, exitCodes } from './exit-code.rules.ts';
import { showList } from './list.ts';
import { readJsonFile, registerObjectionForms } from './objection.forms.ts';
import { objectionTextsOf } from './objection.texts.ts';
import {
  type ObjectionSummary as Summary,
  objectionSummarySchema as summarySchema,
  type ObjectionView as View,
  objectionSchema as viewSchema,
} from './objection.views.ts';
import type { Column } from './output.ts';
import { readPages } from './paging.ts';
import type { Session } from './session.ts';

const plainSteps = ['accept', 'self-check', 'forward', 'verify', 'start-clock', 'approve'];
const contentSteps = [
  'request-materials',
  'complete-materials',
  'reject',
  'withdraw',
  'extend',
  'stop-clock',
  'propose',
  'return-proposal',
  'complete',
];

/** `lianxin objection …`: objections from their receipt to their answer (§6). */
export function registerObjections(program: Command, context: CommandContext): void {
  const t = objectionTextsOf(context.language);
  const read = readersOf(context.texts);
  const objection = program.command('objection').description(t.objection);
  objection
    .command('ls')
    .description(t.ls)
    .option('--status <status>', t.statusOption)
    .option('--limit <n>', t.limitOption, read.count, 20)
    .action(context.action(list));
  objection.command('show').description(t.get).argument('<id>', t.idArgument, read.id).action(context.action(show));
  registerObjectionForms(objection, context, showView);
  objection
    .command('act')
    .description(t.act)
    .argument('<id>', t.idArgument, read.id)
    .addOption(new Option('--step <step>', t.stepArgument).choices(plainSteps).makeOptionMandatory())
    .action(context.action((session: Session, id: string, options: { step: string }) => step(session, id, options.step, {})));
  objection
    .command('send')
    .description(t.send)
    .argument('<id>', t.idArgument, read.id)
    .argument('<file>', t.fileArgument)
    .addOption(new Option('--step <step>', t.stepArgument).choices(contentSteps).makeOptionMandatory())
    .action(
      context.action(async (session: Session, id: string, file: string, options: { step: string }) =>
        step(session, id, options.step, await readJsonFile(session, file)),
      ),
    );
}

async function list(session: Session, options: { status?: string; limit: number }): Promise<ExitCode> {
  const t = objectionTextsOf(session.options.lang);
  const client = session.client('CREDIT_OFFICE');
  const pages = readPages(client, '/api/v1/objections', { status: options.status }, summarySchema, { limit: options.limit });
  await showList(session, summaryColumns(session), pages, t.noObjections);
  return exitCodes.ok;
}

async function show(session: Session, id: string): Promise<ExitCode> {
  const view = await session.client('CREDIT_OFFICE').read({ path: `/api/v1/objections/${id}` }, viewSchema);
  if (view !== undefined) await showView(session, view);
  return exitCodes.ok;
}

async function step(session: Session, id: string, name: string, body: unknown): Promise<ExitCode> {
  const client = session.client(undefined);
  await session.confirm(objectionTextsOf(session.options.lang).confirm(name, id));
  const view = await client.change({ path: `/api/v1/objections/${id}/${name}`, body }, viewSchema);
  if (view !== undefined) await showView(session, view);
  return exitCodes.ok;
}

async function showView(session: Session, view: View): Promise<void> {
  const { output, terminal, texts } = session;
  const { columns: c, word } = objectionTextsOf(session.options.lang);
  await output.rows(summaryColumns(session), [[view]], () => view);
  if (view.lacks !== undefined && view.lacks.length > 0)
    terminal.say(objectionTextsOf(session.options.lang).lacks(view.lacks.map(({ detail }) => detail).join('；')));
  if (!output.isTable) return;
  await terminal.data('');
  const columns: Column<View['steps'][number]>[] = [
    { key: 'version', title: c.version, value: (row) => row.version },
    { key: 'at', title: c.time, value: (row) => row.at, shown: (row) => texts.instant(row.at) },
    { key: 'action', title: c.step, value: (row) => row.action, shown: (row) => word(row.action) },
    { key: 'to', title: c.status, value: (row) => row.to, shown: (row) => word(row.to) },
    { key: 'actor', title: c.actor, value: (row) => row.actor },
  ];
  await output.rows(columns, [view.steps]);
}

function summaryColumns(session: Session): Column<Summary>[] {
  const { columns: c, word } = objectionTextsOf(session.options.lang);
  return [
    { key: 'id', title: c.id, value: (row) => row.id },
    { key: 'number', title: c.number, value: (row) => row.number },
    {
      key: 'status',
      title: c.status,
      value: (row) => row.status,
      shown: (row) => (session.options.lang === 'en' ? row.status : row.statusZh),
    },
    { key: 'target', title: c.target, value: (row) => `${row.target.listCode ?? ''} ${row.target.number}`.trim() },
    { key: 'sourceDepartment', title: c.source, value: (row) => row.sourceDepartment },
    { key: 'outcome', title: c.outcome, value: (row) => row.outcome, shown: (row) => (row.outcome === null ? '-' : word(row.outcome)) },
    { key: 'dueOn', title: c.due, value: (row) => row.dueOn },
  ];
}
