import { beijingDate, exitGroundSchema } from '@lianxin/contracts';
import { type Command, Option } from 'commander';
import { type Entry, entrySchema } from './answers.ts';
import { type CommandContext, readersOf } from './command.ts';
import { exitCodes } from './exit-code.rules.ts';
import { registerImport } from './import.command.ts';
import { registerNotice } from './list-entry-notice.command.ts';
import type { Session } from './session.ts';
import type { Texts } from './texts.ts';

/** `lianxin list-entry …`: one entry, its way out, and whole files of them. */
export function registerListEntries(program: Command, context: CommandContext): void {
  const { texts } = context;
  const t = texts.listEntry;
  const read = readersOf(texts);
  const listEntry = program.command('list-entry').description(t.description);
  registerImport(listEntry, context);
  registerNotice(listEntry, context);
  listEntry.command('get').description(t.get).argument('<id>', t.idArgument, read.id).action(context.action(getEntry));
  listEntry
    .command('exit')
    .description(t.exit)
    .argument('<id>', t.idArgument, read.id)
    .addOption(new Option('--ground <ground>', t.groundOption).choices(exitGroundSchema.options).makeOptionMandatory())
    .requiredOption('--document <number>', t.documentOption)
    .option('--date <date>', t.dateOption, read.date)
    .action(context.action(exitEntry));
}

async function getEntry(session: Session, id: string) {
  const entry = await session.client('CREDIT_OFFICE').read({ path: `/api/v1/list-entries/${id}` }, entrySchema);
  if (entry !== undefined) await showEntry(session, entry);
  return exitCodes.ok;
}

async function exitEntry(session: Session, id: string, options: { ground: string; document: string; date?: string }) {
  const client = session.client(undefined);
  await session.confirm(session.texts.listEntry.confirmExit(id, options.ground));
  const body = { ground: options.ground, documentNo: options.document, date: options.date ?? beijingDate(new Date()) };
  const entry = await client.change({ path: `/api/v1/list-entries/${id}/exit`, body }, entrySchema);
  if (entry !== undefined) await showEntry(session, entry);
  return exitCodes.ok;
}

/** The entry, and in a table below it what became of it so far. */
async function showEntry({ output, texts, terminal }: Session, entry: Entry): Promise<void> {
  await output.record(fieldsOf(entry, texts, output.isTable), entry);
  if (!output.isTable) return;
  await terminal.data('');
  const c = texts.columns;
  await output.rows<Entry['timeline'][number]>(
    [
      { key: 'version', title: c.version, value: (row) => row.version },
      { key: 'at', title: c.at, value: (row) => row.at, shown: (row) => texts.instant(row.at) },
      { key: 'transition', title: c.transition, value: (row) => row.transition },
      {
        key: 'from',
        title: c.from,
        value: (row) => row.from,
        shown: (row) => (row.from === null ? '-' : (texts.entryStatus[row.from] ?? row.from)),
      },
      { key: 'to', title: c.to, value: (row) => row.to, shown: (row) => texts.entryStatus[row.to] ?? row.to },
      { key: 'actor', title: c.actor, value: (row) => row.actor },
    ],
    [entry.timeline],
  );
}

function fieldsOf(entry: Entry, texts: Texts, isTable: boolean): [string, string, unknown][] {
  const c = texts.columns;
  const status = isTable ? (texts.entryStatus[entry.status] ?? entry.status) : entry.status;
  return [
    [c.id, 'id', entry.id],
    [c.number, 'number', entry.number],
    [c.status, 'status', status],
    [c.reason, 'reason', entry.reason],
    [c.list, 'listCode', entry.listCode],
    [c.subject, 'subjectName', entry.subject.name],
    [c.code, 'subjectCode', entry.subject.usccCode ?? entry.subject.idMasked],
    [c.designating, 'designatingDepartment', entry.designatingDepartment],
    [c.grade, 'grade', entry.grade],
    [c.decision, 'decision', entry.decision && `${entry.decision.name} ${entry.decision.number} ${entry.decision.date}`],
    [c.parties, 'parties', entry.parties.length],
    [c.activatedOn, 'activatedOn', entry.activatedOn],
    [c.validFrom, 'validFrom', entry.validFrom],
    [c.validTo, 'validTo', entry.validTo],
  ];
}
