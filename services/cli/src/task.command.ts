import type { Command } from 'commander';
import { taskSchema } from './answers.ts';
import { type CommandContext, readersOf } from './command.ts';
import { type ExitCode, exitCodeOfMany, exitCodes } from './exit-code.rules.ts';
import { faultLines } from './fault.view.ts';
import { ApiRefusal } from './faults.ts';
import { registerFeedback } from './feedback.command.ts';
import type { Session } from './session.ts';
import { registerTaskList } from './task.list.ts';
import { registerTaskBulk } from './task-bulk.command.ts';
import { registerTaskHands } from './task-hand.command.ts';

const acts = { ack: 'acknowledge', start: 'start', arm: 'arm', claim: 'claim', release: 'release' } as const;
type Act = keyof typeof acts;

/** What became of one task of several. */
interface ActResult {
  readonly id: string;
  readonly status: string | null;
  readonly dueAt: string | null;
  readonly code: string | null;
  readonly detail: string | null;
}

/** `lianxin task …`: the queue, the acts on tasks, feedback and its approval. */
export function registerTasks(program: Command, context: CommandContext): void {
  const { texts } = context;
  const read = readersOf(texts);
  const task = program.command('task').description(texts.task.description);
  registerTaskList(task, context);
  for (const act of Object.keys(acts) as Act[]) {
    task
      .command(act)
      .description(texts.task.acts[act])
      .argument('<id...>', texts.task.idArgument, read.ids)
      .action(context.action((session, ids: string[]) => actOnTasks(session, act, ids)));
  }
  registerTaskHands(task, context);
  registerTaskBulk(task, context);
  registerFeedback(task, context);
}

/** One request for each task; a refused one does not stop the others, and every one is told. */
async function actOnTasks(session: Session, act: Act, ids: readonly string[]): Promise<ExitCode> {
  const client = session.client(undefined);
  const results: ActResult[] = [];
  const codes: ExitCode[] = [];
  for (const id of new Set(ids)) {
    try {
      const task = await client.change({ path: `/api/v1/tasks/${id}/${acts[act]}`, body: {} }, taskSchema);
      if (task === undefined) continue;
      results.push({ id, status: task.status, dueAt: task.dueAt, code: null, detail: null });
      codes.push(exitCodes.ok);
    } catch (error) {
      if (!(error instanceof ApiRefusal)) throw error;
      for (const line of faultLines(error, session.texts)) session.terminal.say(line);
      results.push({ id, status: null, dueAt: null, code: error.problem.code, detail: error.problem.detail });
      codes.push(error.exitCode);
    }
  }
  if (!session.options.dryRun) await showResults(session, results);
  return exitCodeOfMany(codes);
}

async function showResults({ output, texts }: Session, results: readonly ActResult[]): Promise<void> {
  const c = texts.columns;
  await output.rows<ActResult>(
    [
      { key: 'id', title: c.id, value: (row) => row.id },
      {
        key: 'status',
        title: c.status,
        value: (row) => row.status,
        shown: (row) => (row.status === null ? texts.task.refused : (texts.taskStatus[row.status] ?? row.status)),
        paint: (row) => (row.status === null ? 'bad' : 'good'),
      },
      { key: 'dueAt', title: c.due, value: (row) => row.dueAt, shown: (row) => texts.deadline(row.dueAt) },
      { key: 'code', title: c.problem, value: (row) => row.code },
      { key: 'detail', title: c.detail, value: (row) => row.detail, maxCharacters: 80 },
    ],
    [results],
  );
}
