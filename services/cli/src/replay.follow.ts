import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { ApiClient } from './api.client.ts';
import { type ExitCode, exitCodes } from './exit-code.rules.ts';
import { isPassing } from './faults.ts';
import type { Column } from './output.ts';
import { JobProgress } from './progress.ts';
import { replayTextsOf } from './replay.texts.ts';
import type { Session } from './session.ts';

export const replayPath = '/api/v1/replays';
const pollMs = 250;
/** A server that says nothing for so long is told; the replay itself goes on there. */
const maxSilenceMs = 60_000;

export const replaySchema = z.looseObject({
  id: z.string(),
  status: z.string(),
  statusZh: z.string(),
  paused: z.boolean(),
  cases: z.number(),
  story: z.string().nullable(),
  sha256: z.string().nullable(),
  ground: z.string().nullable(),
  documentNo: z.string().nullable(),
  requestedBy: z.string(),
  approvedBy: z.string().nullable(),
  detail: z.string().nullable(),
  progress: z.looseObject({ cases: z.number(), asked: z.number(), answered: z.number(), failed: z.number() }).optional(),
  failures: z.array(z.looseObject({ entryId: z.string(), number: z.string(), detail: z.string().nullable() })).optional(),
  steps: z.array(z.looseObject({ version: z.number(), action: z.string(), at: z.string(), actor: z.string() })).optional(),
});
export type ReplayView = z.infer<typeof replaySchema>;

export const rowSchema = z.looseObject({
  entryId: z.string(),
  kind: z.string(),
  action: z.string(),
  id: z.string().nullable(),
  departmentCode: z.string().nullable(),
  facts: z.record(z.string(), z.unknown()),
});

const running = ['PLANNING', 'CHECKING', 'APPLYING', 'PROVING'];

/** How a replay stands for the command that asked: 4 when it was refused or has stopped and asks, 5 when some cases are left out. */
export function exitCodeOfReplay(status: string, paused: boolean, failed: number): ExitCode {
  if (status === 'REFUSED' || paused) return exitCodes.conflict;
  if (status === 'PARTLY_APPLIED' || failed > 0) return exitCodes.partial;
  return exitCodes.ok;
}

/** Follows a replay until it rests: a server that is away for a moment is asked again, for the replay survives a restart. */
export async function follow(session: Session, client: ApiClient, begun: ReplayView): Promise<ReplayView> {
  const progress = new JobProgress(session.terminal, session.texts);
  let view = begun;
  let heardAt = Date.now();
  try {
    while (running.includes(view.status) && !view.paused) {
      progress.show(jobOf(view));
      await delay(pollMs);
      try {
        view = await client.prepare({ path: `${replayPath}/${view.id}` }, replaySchema);
        heardAt = Date.now();
      } catch (error) {
        if (!isPassing(error) || Date.now() - heardAt > maxSilenceMs) throw error;
      }
    }
    return view;
  } finally {
    progress.end();
  }
}

function jobOf(view: ReplayView): Parameters<JobProgress['show']>[0] {
  const { answered = 0, failed = 0 } = view.progress ?? {};
  const progress = { total: view.cases, done: answered + failed, succeeded: answered, failed, etaSeconds: null };
  return { id: view.id, status: 'running', phase: view.status, progress, failure: null };
}

/** One replay: its line, why it stands still, and at the end its steps. */
export async function show(session: Session, view: ReplayView): Promise<void> {
  const { output, terminal, texts } = session;
  const t = replayTextsOf(session.options.lang);
  await output.rows(summaryColumns(session), [[view]], () => view);
  if (!output.isTable) return;
  if (view.story !== null) await terminal.data(view.story);
  if (view.sha256 !== null) await terminal.data(`sha256 ${view.sha256}`);
  if (view.detail !== null) terminal.say(terminal.paintTalk('bad', view.detail));
  const failures = view.failures ?? [];
  if (failures.length > 0) terminal.say(t.failures(failures.length));
  for (const { number, detail } of failures) terminal.say(`  ${number}: ${detail ?? ''}`);
  if (view.steps === undefined) return;
  await terminal.data('');
  const columns: Column<NonNullable<ReplayView['steps']>[number]>[] = [
    { key: 'at', title: t.columns.time, value: (row) => row.at, shown: (row) => texts.instant(row.at) },
    { key: 'action', title: t.columns.step, value: (row) => row.action, shown: (row) => t.word(row.action) },
    { key: 'actor', title: t.columns.actor, value: (row) => row.actor },
  ];
  await output.rows(columns, [view.steps]);
}

export function summaryColumns(session: Session): Column<ReplayView>[] {
  const { columns: c, word } = replayTextsOf(session.options.lang);
  return [
    { key: 'id', title: c.id, value: (row) => row.id },
    {
      key: 'status',
      title: c.status,
      value: (row) => row.status,
      shown: (row) => (session.options.lang === 'en' ? row.status : row.statusZh),
    },
    { key: 'cases', title: c.cases, value: (row) => row.cases },
    { key: 'ground', title: c.ground, value: (row) => row.ground, shown: (row) => (row.ground === null ? '-' : word(row.ground)) },
    { key: 'documentNo', title: c.document, value: (row) => row.documentNo },
    { key: 'requestedBy', title: c.by, value: (row) => row.requestedBy },
    { key: 'approvedBy', title: c.approved, value: (row) => row.approvedBy },
  ];
}
