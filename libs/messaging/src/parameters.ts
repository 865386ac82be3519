import {
  type ApprovedParameter,
  type LianxinEvent,
  type ParameterKey,
  ProblemError,
  parameterChanged,
  parameterKeys,
  parameterOf,
  parameterOn,
} from '@lianxin/contracts';
import { Clock, Database, ServiceContext } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { readPositions } from './consumer.store.ts';
import { EventConsumer, isEvent } from './consumer.ts';
import { hasReached } from './digest.rules.ts';
import type { EventLog, LanePosition } from './event-log.ts';
import { Loop } from './loop.ts';
import { foldParameters, readKnownParameters } from './parameter.store.ts';

/** How soon another replica of the service has read what one of them heard. */
const refreshMs = 2_000;
/** A process that cannot read what was said while it was away works with what it has after so long: it says so, and goes on. */
const patienceMs = 30_000;

/** Names of a service's own with the keys they stand for. */
export type ParameterNames = Readonly<Record<string, ParameterKey>>;
export type ParameterValues<Names extends ParameterNames> = { readonly [Name in keyof Names]: number };

/** What counts before anything was ever changed. */
export function defaultsOf<const Names extends ParameterNames>(names: Names): ParameterValues<Names> {
  return valuesOf(names, (key) => parameterOf(key).default);
}

/** Each is read when it is looked at: what needs none of them is never told to come again. */
function valuesOf<Names extends ParameterNames>(names: Names, read: (key: ParameterKey) => number): ParameterValues<Names> {
  const properties = Object.entries(names).map(([name, key]) => [name, { enumerable: true, get: () => read(key) }]);
  return Object.defineProperties({}, Object.fromEntries(properties)) as ParameterValues<Names>;
}

/**
 * The parameters that a service reads at run time (§12, decision 0019), from its own copy of what measure-decomposition has said: no call to anybody. Until a
 * process that starts has read all that was said while it was away, who asks is told to come again.
 */
@Injectable()
export class Parameters implements OnModuleInit, OnApplicationBootstrap {
  private readonly asked = new Set<ParameterKey>();
  private readonly loop: Loop;
  private changes: readonly ApprovedParameter[] = [];
  private ends: readonly LanePosition[] = [];
  private isCurrent = false;
  private patientUntil = 0;

  constructor(
    private readonly log: EventLog,
    private readonly database: Database,
    private readonly consumer: EventConsumer,
    private readonly clock: Clock,
    private readonly context: ServiceContext,
  ) {
    this.loop = new Loop({
      idleMs: refreshMs,
      turn: () => this.refresh(),
      onError: (error) => context.logger.warn({ err: error }, 'parameters will be read again'),
    });
  }

  /**
   * What this service calls its parameters; before the application starts.
   * @returns their values on a day of Beijing, today unless told otherwise.
   * @throws Error when the registry does not name this service as their reader.
   */
  reading<const Names extends ParameterNames>(names: Names): (date?: string) => ParameterValues<Names> {
    if (this.asked.size === 0)
      this.consumer.register({
        types: [parameterChanged],
        together: 'AS_OTHERS',
        apart: true,
        handle: (tx, events) => {
          tx.afterCommit(() => this.loop.wake());
          return foldParameters(
            tx,
            events.filter((event): event is LianxinEvent<Heard> => isEvent(event, parameterChanged)).map(({ data }) => data),
          );
        },
      });
    for (const key of Object.values(names)) {
      if (parameterOf(key).service !== this.context.name)
        throw new Error(`${this.context.name} reads ${key}, the registry says another service does`);
      this.asked.add(key);
    }
    return (date = this.clock.today()) => valuesOf(names, (key) => this.on(key, date));
  }

  /**
   * The value of a day.
   * @throws ProblemError UNAVAILABLE, which consumers and timers take for a passing fault, while this process is still reading what it missed.
   */
  on(key: ParameterKey, date: string): number {
    if (!this.isCurrent) throw new ProblemError('UNAVAILABLE', '系统正在读取停机期间的参数变更，请稍后重试');
    return parameterOn(key, this.changes, date);
  }

  /** @throws Error when the registry names a key of this service that nothing here reads: it would be changed in vain. */
  async onModuleInit(): Promise<void> {
    if (this.asked.size === 0) return;
    const unread = parameterKeys.filter((key) => parameterOf(key).service === this.context.name && !this.asked.has(key));
    if (unread.length > 0) throw new Error(`${this.context.name} reads no ${unread.join(', ')}`);
    const { topic } = parameterChanged;
    this.ends = [...(await this.log.endOffsets(topic))].map(([partition, nextOffset]) => ({ topic, partition, nextOffset }));
    this.patientUntil = Date.now() + patienceMs;
    await this.refresh();
  }

  onApplicationBootstrap(): void {
    if (this.asked.size > 0) this.loop.start();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
  }

  private async refresh(): Promise<boolean> {
    await this.database.consumerTransaction(async (tx) => {
      // Positions first: what they have passed is in the copy that is read after them.
      const isReached = this.isCurrent || hasReached(this.ends, await readPositions(tx, this.consumer.group));
      this.changes = await readKnownParameters(tx);
      this.isCurrent ||= isReached || this.isOutOfPatience();
    });
    return false;
  }

  private isOutOfPatience(): boolean {
    const isOver = Date.now() > this.patientUntil;
    if (isOver) this.context.logger.error('changes of parameters could not be read in time: those known before count');
    return isOver;
  }
}

type Heard = ReturnType<typeof parameterChanged.data.parse>;
