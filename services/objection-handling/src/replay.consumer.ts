import { eventDefinitions, isEvent as is, type LianxinEvent, replayAssessed, replayCarriedOut, replayRefused } from '@lianxin/contracts';
import { EventConsumer } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { JournalConsumer } from './journal.consumer.ts';
import { replayAnswers } from './replay.gate.ts';
import { ReplayCaseStore } from './replay-case.store.ts';
import { heardEntries, heardPlans } from './replay-entry.rules.ts';
import { ReplayEntryStore } from './replay-entry.store.ts';
import { ReplayJoinService } from './replay-join.service.ts';

const copied = eventDefinitions.filter(({ topic }) => topic === 'lianxin.list_entry' || topic === 'lianxin.measure_plan');

/** Hears what the owners answer, after the journal has filed it, and keeps the copy in which scopes are looked up. */
@Injectable()
export class ReplayConsumer {
  constructor(
    consumer: EventConsumer,
    private readonly entries: ReplayEntryStore,
    private readonly join: ReplayJoinService,
    private readonly cases: ReplayCaseStore,
    _journal: JournalConsumer,
  ) {
    consumer.register({ types: copied, together: true, apart: true, handle: (tx, events) => this.copy(tx, events) });
    consumer.register({ types: replayAnswers, together: true, apart: true, handle: (tx, events) => this.answer(tx, events) });
  }

  private async copy(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    const [entries, plans] = [heardEntries(events), heardPlans(events)];
    if (entries.length > 0) await this.entries.saveEntries(tx, entries);
    if (plans.length > 0) await this.entries.savePlans(tx, plans);
  }

  private async answer(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    const assessed = events.flatMap((event) => (is(event, replayAssessed) ? [event.data] : []));
    if (assessed.length > 0) await this.join.take(tx, assessed);
    for (const event of events) {
      if (is(event, replayCarriedOut)) {
        const { replayId, entryId, owner } = event.data;
        await this.cases.answerOrder(tx, { replay_id: replayId, entry_id: entryId }, owner, null);
      } else if (is(event, replayRefused)) {
        const { replayId, entryId, owner, clause, detail } = event.data;
        const refusal = [owner, clause, detail].filter((part) => part !== null).join('：');
        await this.cases.answerOrder(tx, { replay_id: replayId, entry_id: entryId }, owner, refusal);
      }
    }
  }
}
