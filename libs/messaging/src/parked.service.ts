import { ProblemError } from '@lianxin/contracts';
import { Database, faultMessage, isPassingFault, Metrics } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { EventConsumer } from './consumer.ts';
import { watchParkedEvents } from './figures.ts';
import {
  countParkedKeys,
  listParkedKeys,
  lockParkedKey,
  noteFailedRedrive,
  readParkedEvents,
  removeParkedEvent,
  removeParkedKey,
  setAside,
} from './parked.store.ts';
import { UnreadableEventError } from './wire.ts';

export interface RedriveResult {
  readonly key: string;
  readonly service: string;
  readonly handled: number;
  readonly setAside: number;
  readonly remaining: number;
  readonly reason: string | null;
}

/** What waits because an event of its subject failed, and how it goes on. */
@Injectable()
export class ParkedService {
  constructor(
    private readonly database: Database,
    private readonly consumer: EventConsumer,
    metrics: Metrics,
  ) {
    metrics.watch({
      name: 'lx_parked_keys',
      help: 'Subjects whose events wait behind a failed one; severe where an exit, hold or lift waits',
      labels: ['severity'],
      read: async () => {
        const { total, severe } = await database.consumerTransaction((tx) => countParkedKeys(tx, consumer.group));
        return [
          { labels: { severity: 'severe' }, value: severe },
          { labels: { severity: 'normal' }, value: total - severe },
        ];
      },
    });
    watchParkedEvents(metrics, database, consumer.group);
  }

  /** Parked keys of this service, severe ones first. */
  async list(limit: number) {
    const rows = await this.database.consumerTransaction((tx) => listParkedKeys(tx, this.consumer.group, limit));
    return rows.map((row) => ({
      key: row.subject_key,
      service: this.consumer.group,
      severity: row.severe ? 'SEVERE' : 'NORMAL',
      reason: row.reason,
      attempts: row.attempts,
      events: row.events,
      eventTypes: row.event_types ?? [],
      parkedAt: row.parked_at.toISOString(),
    }));
  }

  /**
   * Handles the parked events of a key in their order, under its lock. An event that can never be read (a frozen version whose data does not fit, or no
   * event at all) is set aside and kept; one of an unknown type stays, for a newer version of this service may know it. The first that fails stops the
   * redrive; what was handled before it stays handled.
   * @param by id of the person who asks.
   * @throws ProblemError PARKED_KEY_UNKNOWN.
   */
  async redrive(key: string, by: string): Promise<RedriveResult> {
    const group = this.consumer.group;
    return this.database.consumerTransaction(async (tx) => {
      if (!(await lockParkedKey(tx, group, key))) throw new ProblemError('PARKED_KEY_UNKNOWN', '该键未停放');
      const handler = this.consumer.getHandler();
      const events = await readParkedEvents(tx, group, key);
      let handled = 0;
      let aside = 0;
      for (const { place, record } of events) {
        try {
          await tx.savepoint(() => this.consumer.handleRecord(tx, handler, record));
          handled++;
        } catch (error) {
          if (isPassingFault(error)) throw error;
          const reason = faultMessage(error);
          if (!(error instanceof UnreadableEventError) || error.unknownType) {
            await noteFailedRedrive(tx, group, key, place, reason);
            return { key, service: group, handled, setAside: aside, remaining: events.length - handled - aside, reason };
          }
          await setAside(tx, group, record, reason, by);
          aside++;
        }
        await removeParkedEvent(tx, group, key, place);
      }
      await removeParkedKey(tx, group, key);
      return { key, service: group, handled, setAside: aside, remaining: 0, reason: null };
    });
  }
}
