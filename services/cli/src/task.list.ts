import { taskStatusSchema } from '@lianxin/contracts';
import type { Command } from 'commander';
import { type TaskRow, taskSchema } from './answers.ts';
import { type CommandContext, readersOf } from './command.ts';
import { exitCodes } from './exit-code.rules.ts';
import { faultLines } from './fault.view.ts';
import { showList } from './list.ts';
import type { Column } from './output.ts';
import { readPages } from './paging.ts';
import type { Session } from './session.ts';
import type { Texts } from './texts.ts';
import { watch } from './watch.ts';

interface ListOptions {
  readonly department?: string;
  readonly status?: string;
  readonly entry?: string;
  readonly limit: number;
  readonly all?: true;
  readonly watch?: true;
  readonly interval: number;
}

/** `lianxin task ls`: the queue of a department, or of the city. */
export function registerTaskList(task: Command, context: CommandContext): void {
  const { texts } = context;
  const t = texts.task;
  const read = readersOf(texts);
  task
    .command('ls')
    .description(t.ls)
    .option('--department <code>', t.departmentOption)
    .option('--status <status>', t.statusOption, read.someOf(taskStatusSchema.options))
    .option('--entry <id>', t.entryOption, read.id)
    .option('--limit <n>', t.limitOption, read.count, 20)
    .option('--all', t.allOption)
    .option('--watch', texts.options.watch)
    .option('--interval <seconds>', texts.options.interval, read.seconds, 2)
    .action(context.action(listTasks));
}

async function listTasks(session: Session, options: ListOptions) {
  const client = session.client('CREDIT_OFFICE');
  const { texts, terminal } = session;
  const draw = async () => {
    const query = { department: options.department, status: options.status, entryId: options.entry };
    const pages = readPages(client, '/api/v1/tasks', query, taskSchema, {
      limit: options.all ? Number.POSITIVE_INFINITY : options.limit,
      onMore: () => terminal.say(texts.task.more(options.limit)),
    });
    await showList(session, taskColumns(texts), pages, texts.task.none);
  };
  if (options.watch) await watch(session, options.interval, draw, (error) => terminal.say(faultLines(error, texts).join('\n')));
  else await draw();
  return exitCodes.ok;
}

function taskColumns(texts: Texts): Column<TaskRow>[] {
  const c = texts.columns;
  return [
    { key: 'id', title: c.id, value: (row) => row.id },
    { key: 'departmentCode', title: c.department, value: (row) => row.departmentCode },
    { key: 'status', title: c.status, value: (row) => row.status, shown: (row) => texts.taskStatus[row.status] ?? row.status },
    {
      key: 'measureCode',
      title: c.measure,
      value: (row) => row.measureCode,
      shown: (row) => `${row.measureCode} ${row.measureNameZh}`,
      maxCharacters: 36,
    },
    { key: 'partyName', title: c.subject, value: (row) => row.party.name, maxCharacters: 24 },
    { key: 'partyCode', title: c.code, value: (row) => row.party.usccCode ?? row.party.idMasked },
    { key: 'force', title: c.force, value: (row) => row.force, shown: (row) => texts.force[row.force] ?? row.force },
    { key: 'trigger', title: c.trigger, value: (row) => row.trigger, shown: (row) => texts.trigger[row.trigger] ?? row.trigger },
    {
      key: 'remainingWorkdays',
      title: c.remaining,
      value: (row) => row.remainingWorkdays,
      shown: (row) => (row.remainingWorkdays === null ? '-' : texts.workdays(row.remainingWorkdays)),
      paint: (row) => (row.overdue ? 'bad' : undefined),
    },
    { key: 'dueAt', title: c.due, value: (row) => row.dueAt, shown: (row) => texts.deadline(row.dueAt) },
    {
      key: 'entryNumbers',
      title: c.bases,
      value: (row) => row.bases.map((basis) => basis.entryNumber).join(' '),
      maxCharacters: 40,
    },
  ];
}
