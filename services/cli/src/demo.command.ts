import { randomInt, randomUUID } from 'node:crypto';
import { beijingDate, calendar2026 } from '@lianxin/contracts';
import type { Command } from 'commander';
import { entrySchema, listSchema, metaSchema, pageOfSchema, subjectSchema } from './answers.ts';
import type { ApiClient } from './api.client.ts';
import { type CommandContext, readersOf } from './command.ts';
import { followFlag, readDepartmentNames } from './demo.follow.ts';
import { demoFlag, isSyntheticCode } from './demo-flag.rules.ts';
import { type ExitCode, exitCodes } from './exit-code.rules.ts';
import { CommandFault } from './faults.ts';
import type { Session } from './session.ts';

interface DemoOptions {
  readonly list: string;
  readonly wait: number;
}

/** `lianxin demo flag`: one made-up designation and its whole road, live (product §D.1). */
export function registerDemo(program: Command, context: CommandContext): void {
  const { texts } = context;
  const read = readersOf(texts);
  const demo = program.command('demo').description(texts.demo.description);
  demo
    .command('flag')
    .description(texts.demo.flag)
    .argument('[usccCode]', texts.demo.codeArgument)
    .option('--list <code>', texts.demo.listOption, 'BL-WAGE')
    .option('--wait <seconds>', texts.demo.waitOption, read.seconds, 60)
    .action(context.action(flag));
}

async function flag(session: Session, usccCode: string | undefined, options: DemoOptions): Promise<ExitCode> {
  const { texts, terminal } = session;
  const office = session.client('CREDIT_OFFICE');
  await assertDemo(session, office);
  const list = await office.prepare({ path: `/api/v1/lists/${encodeURIComponent(options.list)}` }, listSchema);
  if (usccCode !== undefined && !isSyntheticCode(usccCode)) await session.confirm(texts.demo.confirmReal(usccCode));
  const body = demoFlag(list, {
    today: beijingDate(new Date()),
    calendar: calendar2026,
    serial: randomInt(1_000_000),
    sourceRecordId: `demo-${randomUUID()}`,
    usccCode,
    name: usccCode === undefined ? undefined : await findName(office, usccCode),
  });
  const unit = designatingClient(session, list.designatingDepartments);
  const departmentNames = session.options.dryRun ? new Map() : await readDepartmentNames(office, session.options.lang);
  const sentAt = performance.now();
  const entry = await unit.change({ path: '/api/v1/list-entries', body }, entrySchema);
  if (entry === undefined) return exitCodes.ok;
  if (entry.status !== 'ACTIVE') {
    terminal.say(
      terminal.paintTalk('bad', texts.demo.waits(entry.number, texts.entryStatus[entry.status] ?? entry.status, entry.reason ?? '')),
    );
    await session.output.record(
      [
        [texts.columns.id, 'id', entry.id],
        [texts.columns.status, 'status', entry.status],
      ],
      { entry },
    );
    return exitCodes.conflict;
  }
  return followFlag(session, office, entry, { sentAt, acceptedAt: performance.now(), waitMs: options.wait * 1000, departmentNames });
}

/** Nobody is flagged for show where the flags are real. */
async function assertDemo({ texts }: Session, office: ApiClient): Promise<void> {
  const meta = await office.prepare({ path: '/api/v1/meta' }, metaSchema);
  if (meta.mode !== 'demo') throw new CommandFault(texts.demo.notDemo, exitCodes.failure, texts.demo.notDemoRemedy);
}

/** The name registered for a code: another name under a known code would wait for a person. */
async function findName(office: ApiClient, usccCode: string): Promise<string | undefined> {
  const found = await office.prepare({ path: '/api/v1/subjects', query: { usccCode } }, pageOfSchema(subjectSchema));
  return found.data[0]?.name;
}

/** Whoever the caller names, else the first designating department that has a key in the demo city. */
function designatingClient(session: Session, departments: readonly string[]): ApiClient {
  if (session.connections.isKeyGiven) return session.client(undefined);
  const keys = session.connections.findCredentials()?.apiKeys ?? {};
  const unit = departments.find((code) => code in keys);
  if (unit === undefined) throw new CommandFault(session.texts.demo.noUnit(departments.join(' ')), exitCodes.failure);
  return session.client(unit);
}
