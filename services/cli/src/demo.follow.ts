import { setTimeout as delay } from 'node:timers/promises';
import { departmentSchema, type Entry, pageOfSchema, planSchema, type TaskRow, taskSchema } from './answers.ts';
import type { ApiClient } from './api.client.ts';
import { type ExitCode, exitCodes } from './exit-code.rules.ts';
import { CommandFault } from './faults.ts';
import { readPages } from './paging.ts';
import type { Session } from './session.ts';
import { cleanLine } from './terminal-text.rules.ts';

const pollMs = 20;

export interface Started {
  /** Moments of this process's own clock, in milliseconds. */
  readonly sentAt: number;
  readonly acceptedAt: number;
  readonly waitMs: number;
  readonly departmentNames: ReadonlyMap<string, string>;
}

/** Tasks of one department, and when they were first seen in its queue, counted from the sending of the flag. */
interface Arrival {
  readonly departmentCode: string;
  readonly departmentName: string;
  readonly tasks: number;
  readonly measures: string;
  readonly seenMs: number;
}

/**
 * Follows one flag until its tasks stand in all queues: entry, plan, tasks by department, each with the milliseconds since the flag was sent, as this
 * terminal sees them through the public API.
 * @throws CommandFault when it takes longer than `waitMs`.
 */
export async function followFlag(session: Session, office: ApiClient, entry: Entry, started: Started): Promise<ExitCode> {
  const { texts, output } = session;
  const since = () => Math.round(performance.now() - started.sentAt);
  const tell = (line: string) => (output.isTable ? session.terminal.data(cleanLine(line)) : session.terminal.say(cleanLine(line)));
  const acceptedMs = Math.round(started.acceptedAt - started.sentAt);
  await tell(texts.demo.hopEntry(acceptedMs, entry.number, entry.listCode, entry.subject.name, entry.id));

  const plan = await until(session, started, async () => {
    const page = await office.prepare({ path: '/api/v1/decompositions', query: { entryId: entry.id } }, pageOfSchema(planSchema));
    return page.data[0];
  });
  const planMs = since();
  await tell(texts.demo.hopPlan(planMs, plan.counts.tasks, plan.counts.notices, plan.counts.skips, plan.catalogueVersion));

  const arrivals = new Map<string, Arrival>();
  await until(session, started, async () => {
    const tasks = await tasksOf(office, entry.id);
    for (const [departmentCode, own] of Map.groupBy(tasks, (task) => task.departmentCode)) {
      if (arrivals.get(departmentCode)?.tasks === own.length) continue;
      const arrival = {
        departmentCode,
        departmentName: started.departmentNames.get(departmentCode) ?? departmentCode,
        ...summary(own),
        seenMs: since(),
      };
      arrivals.set(departmentCode, arrival);
      await tell(texts.demo.hopTasks(arrival.seenMs, arrival.departmentName, departmentCode, own.length, arrival.measures));
    }
    return tasks.length >= plan.counts.tasks ? tasks : undefined;
  });
  const allMs = since();
  await tell(texts.demo.done(allMs, plan.counts.tasks, arrivals.size));
  if (!output.isTable) {
    const hops = [
      { hop: 'entry', ms: acceptedMs },
      { hop: 'plan', ms: planMs },
      { hop: 'tasks', ms: allMs },
    ];
    await output.rows(arrivalColumns, [[...arrivals.values()]], (departments) => ({ entry, plan: plan.counts, hops, departments }));
  }
  return exitCodes.ok;
}

const arrivalColumns = (['departmentCode', 'departmentName', 'tasks', 'measures', 'seenMs'] as const).map((key) => ({
  key,
  title: key,
  value: (row: Arrival) => row[key],
}));

function summary(tasks: readonly TaskRow[]): { tasks: number; measures: string } {
  return { tasks: tasks.length, measures: [...new Set(tasks.map((task) => task.measureCode))].sort().join(' ') };
}

async function tasksOf(office: ApiClient, entryId: string): Promise<TaskRow[]> {
  const tasks: TaskRow[] = [];
  const pages = readPages(office, '/api/v1/tasks', { entryId }, taskSchema, { limit: Number.POSITIVE_INFINITY });
  for await (const page of pages) tasks.push(...page);
  return tasks;
}

/** Names by code, read before the flag is sent so that they cost no hop any time. */
export async function readDepartmentNames(office: ApiClient, lang: string): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  const pages = readPages(office, '/api/v1/departments', {}, departmentSchema, { limit: Number.POSITIVE_INFINITY });
  for await (const page of pages) for (const row of page) names.set(row.code, lang === 'en' ? row.nameEn : row.nameZh);
  return names;
}

async function until<Result>(session: Session, started: Started, look: () => Promise<Result | undefined>): Promise<Result> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() - started.sentAt > started.waitMs) {
      const { late, lateRemedy } = session.texts.demo;
      throw new CommandFault(late(started.waitMs / 1000), exitCodes.failure, lateRemedy);
    }
    await delay(pollMs);
  }
}
