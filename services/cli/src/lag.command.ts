import type { Command } from 'commander';
import { parkedListSchema } from './answers.ts';
import { type CommandContext, readersOf } from './command.ts';
import { exitCodes } from './exit-code.rules.ts';
import { faultLines } from './fault.view.ts';
import { ApiRefusal, CommandFault } from './faults.ts';
import { lagOfServices, type ServiceLag } from './lag.rules.ts';
import type { Column } from './output.ts';
import { readSamples } from './prometheus.rules.ts';
import type { Session } from './session.ts';
import type { Texts } from './texts.ts';
import { watch } from './watch.ts';

interface LagOptions {
  readonly watch?: true;
  readonly interval: number;
}

/** `lianxin lag`: how far every service is behind, in words and numbers. */
export function registerLag(program: Command, context: CommandContext): void {
  const { texts } = context;
  program
    .command('lag')
    .description(texts.lag.description)
    .option('--watch', texts.options.watch)
    .option('--interval <seconds>', texts.options.interval, readersOf(texts).seconds, 2)
    .action(context.action(showLag));
}

async function showLag(session: Session, options: LagOptions) {
  if (options.watch)
    await watch(
      session,
      options.interval,
      () => draw(session),
      (error) => session.terminal.say(faultLines(error, session.texts).join('\n')),
    );
  else await draw(session);
  return exitCodes.ok;
}

async function draw(session: Session): Promise<void> {
  const client = session.client('ADMIN');
  const { texts, terminal } = session;
  const parked = await client.read({ path: '/api/v1/parked' }, parkedListSchema).catch((error: unknown) => {
    // Who may not see the keys still sees how many there are.
    if (!(error instanceof ApiRefusal) || error.problem.status !== 403) throw error;
    terminal.say(texts.lag.keysNotShown);
    return undefined;
  });
  if (session.options.dryRun) return;
  const metrics = await client.look('/metrics');
  if (metrics.status !== 200)
    throw new CommandFault(texts.notLianxin(session.connections.url().origin, metrics.status), exitCodes.failure, texts.askDoctor);
  const services = lagOfServices(readSamples(metrics.text, 'lx_'));
  await session.output.rows(lagColumns(texts), [services], (rows) => ({ services: rows, parkedKeys: parked?.data ?? null }));
  const oldest = parked?.data[0];
  if (oldest !== undefined) terminal.say(texts.lag.parkedHint(parked?.data.length ?? 0, oldest.key));
}

function lagColumns(texts: Texts): Column<ServiceLag>[] {
  const c = texts.columns;
  const seconds = (value: number | null) => (value === null ? '-' : texts.seconds(value));
  return [
    { key: 'service', title: c.service, value: (row) => row.service, shown: (row) => texts.services[row.service] ?? row.service },
    {
      key: 'state',
      title: c.state,
      value: (row) => row.state,
      shown: (row) => texts.lag.states[row.state],
      paint: (row) => (row.state === 'WELL' ? 'good' : 'bad'),
    },
    {
      key: 'consumerLagSeconds',
      title: c.consumerLag,
      value: (row) => row.consumerLagSeconds,
      shown: (row) => seconds(row.consumerLagSeconds),
    },
    { key: 'slowestTopic', title: c.topic, value: (row) => row.slowestTopic },
    {
      key: 'outboxOldestSeconds',
      title: c.outbox,
      value: (row) => row.outboxOldestSeconds,
      shown: (row) => seconds(row.outboxOldestSeconds),
    },
    {
      key: 'parkedSevere',
      title: c.parkedSevere,
      value: (row) => row.parkedSevere,
      paint: (row) => (row.parkedSevere > 0 ? 'bad' : undefined),
    },
    {
      key: 'parkedNormal',
      title: c.parkedNormal,
      value: (row) => row.parkedNormal,
      paint: (row) => (row.parkedNormal > 0 ? 'bad' : undefined),
    },
  ];
}
