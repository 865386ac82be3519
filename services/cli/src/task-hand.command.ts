import { type Command, Option } from 'commander';
import { taskSchema } from './answers.ts';
import { type CommandContext, readersOf } from './command.ts';
import { type ExitCode, exitCodes } from './exit-code.rules.ts';
import type { Session } from './session.ts';
import { taskHandTextsOf } from './task-hand.texts.ts';

const reasons = ['NOT_OURS', 'WRONG_SUBJECT', 'NO_SUCH_POWER', 'OTHER'];

/** Acts by which a task changes hands: given back, decided on, handed on, given to another department. */
export function registerTaskHands(task: Command, context: CommandContext): void {
  const t = taskHandTextsOf(context.language);
  const { id } = readersOf(context.texts);
  const argument = context.texts.task.idArgument;
  const of = (name: string, description: string) => task.command(name).description(description).argument('<id>', argument, id);
  of('return', t.return)
    .addOption(new Option('--reason <reason>', t.returnReason).choices(reasons).makeOptionMandatory())
    .option('--detail <text>', t.detail)
    .action(context.action((session, taskId: string, body: object) => act(session, taskId, 'return', body)));
  of('decide-return', t.decideReturn)
    .addOption(new Option('--outcome <outcome>', t.outcome).choices(['ACCEPTED', 'REFUSED']).makeOptionMandatory())
    .requiredOption('--detail <text>', t.detail)
    .action(context.action((session, taskId: string, body: object) => act(session, taskId, 'decide-return', body)));
  of('transfer', t.transfer)
    .requiredOption('--to <account>', t.to)
    .option('--detail <text>', t.detail)
    .action(
      context.action((session, taskId: string, { to: assignee, detail }: { to: string; detail?: string }) =>
        act(session, taskId, 'transfer', { assignee, detail }),
      ),
    );
  of('reassign', t.reassign)
    .requiredOption('--department <code>', t.department)
    .requiredOption('--detail <text>', t.detail)
    .action(
      context.action((session, taskId: string, { department: departmentCode, detail }: { department: string; detail: string }) =>
        act(session, taskId, 'reassign', { departmentCode, detail }),
      ),
    );
}

async function act(session: Session, id: string, name: string, body: object): Promise<ExitCode> {
  const task = await session.client(undefined).change({ path: `/api/v1/tasks/${id}/${name}`, body }, taskSchema);
  if (task === undefined) return exitCodes.ok;
  const { texts, output } = session;
  const c = texts.columns;
  const status = output.isTable ? (texts.taskStatus[task.status] ?? task.status) : task.status;
  const due = output.isTable ? texts.deadline(task.dueAt) : task.dueAt;
  await output.record(
    [
      [c.id, 'id', task.id],
      [c.department, 'departmentCode', task.departmentCode],
      [c.status, 'status', status],
      [c.due, 'dueAt', due],
    ],
    task,
  );
  return exitCodes.ok;
}
