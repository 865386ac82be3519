import { randomUUIDv7 } from 'node:crypto';
import { digestCompared, digestKey, digestRequested, type LianxinEvent } from '@lianxin/contracts';
import { EventConsumer, isEvent, lockLanes, newEvent, Outbox, Timers } from '@lianxin/messaging';
import { Clock, Database, Metrics, type Transaction } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { nextNight, partStatus, parts } from './reconciliation.rules.ts';
import { ReconciliationStore } from './reconciliation.store.ts';

const kind = 'digest-night';
/** One for the whole city, whatever the number of replicas. */
const reference = 'city';

export class ReconciliationSettings {
  constructor(
    /** `HH:MM` in Beijing. */
    readonly at: string,
    readonly waitMs: number,
  ) {}
}

/** Starts the comparison of copies with their owners every night, once, and keeps what comes of it (design §3, guarantee 5). It repairs nothing. */
@Injectable()
export class ReconciliationService implements OnApplicationBootstrap {
  constructor(
    private readonly timers: Timers,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly outbox: Outbox,
    private readonly store: ReconciliationStore,
    private readonly settings: ReconciliationSettings,
    consumer: EventConsumer,
    metrics: Metrics,
  ) {
    timers.register(kind, (tx) => this.startNight(tx));
    consumer.register({
      types: [digestRequested, digestCompared],
      together: true,
      apart: true,
      handle: (tx, events) => this.hear(tx, events),
    });
    this.watch(metrics);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.database.consumerTransaction((tx) => this.ensureNight(tx));
  }

  /** Asks every owner for its digests, now. Returns the id of the run. */
  async start(tx: Transaction, by: 'NIGHT' | 'OFFICE', actor?: string): Promise<string> {
    const runId = randomUUIDv7();
    await lockLanes(tx, [digestKey(null)]);
    const data = { runId, requestedOn: this.clock.today(), by };
    await this.outbox.publish(tx, [newEvent({ definition: digestRequested, key: digestKey(null), data, actor })]);
    return runId;
  }

  /** After days of downtime one night is made up for, not each. */
  private async startNight(tx: Transaction): Promise<void> {
    await this.start(tx, 'NIGHT');
    await this.ensureNight(tx);
  }

  private async ensureNight(tx: Transaction): Promise<void> {
    await this.timers.ensure(tx, kind, [{ reference, dueAt: nextNight(this.clock.now(), this.settings.at) }]);
  }

  private async hear(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    for (const event of events) {
      if (isEvent(event, digestRequested)) {
        const { runId, by, requestedOn } = event.data;
        await this.store.addRun(tx, { runId, askedBy: by, requestedOn, requestedAt: new Date(event.time) });
      } else if (isEvent(event, digestCompared)) await this.store.addResult(tx, { ...event.data, comparedAt: new Date(event.time) });
    }
  }

  /** What the last run has found, for the alarm. */
  private watch(metrics: Metrics): void {
    const read = async (figureOf: (part: { status: string; differences: number }) => number) =>
      this.database.consumerTransaction(async (tx) => {
        const [run] = await this.store.readRuns(tx, null, 1);
        if (run === undefined) return [];
        const results = await this.store.readResults(tx, [run.runId]);
        return parts.map(({ view, holder }) => {
          const result = results.find((one) => one.view === view && one.holder === holder);
          const status = partStatus(result, run, this.clock.now(), this.settings.waitMs);
          return { labels: { view, holder }, value: figureOf({ status, differences: result?.differences ?? 0 }) };
        });
      });
    const labels = ['view', 'holder'];
    metrics.watch({
      name: 'lx_reconciliation_differences',
      help: 'Rows of a copy that differ from their owner, in the last comparison',
      labels,
      read: () => read((part) => part.differences),
    });
    metrics.watch({
      name: 'lx_reconciliation_silent',
      help: '1: this copy has not been compared in the last run, though its time is over',
      labels,
      read: () => read((part) => (part.status === 'SILENT' ? 1 : 0)),
    });
  }
}
