import { lockLanes, Outbox, Timers } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { RedeliverySettings } from './config.ts';
import { copiesOf } from './redelivery.copy.ts';
import { toldTo } from './redelivery.rules.ts';
import { RedeliveryService, redeliveryTimer, system } from './redelivery.service.ts';
import { type RedeliveryRow, RedeliveryStore } from './redelivery.store.ts';
import { type CaseInJournal, RedeliveryItemStore } from './redelivery-item.store.ts';
import { ReplayStore } from './replay.store.ts';
import { TimelineStore } from './timeline.store.ts';

const dayMs = 86_400_000;
/** A preview that nobody confirms is dropped after this time. */
const previewDays = 7;
/** Events looked at in one step of planning: at most 32 MB of them at a time. */
const weighedAtOnce = 500;

/**
 * Counts and sends in bounded steps: each is one transaction that moves state and progress and sets the timer of the next, so that a killed redelivery
 * goes on where it was, of two replicas one works, and what happens meanwhile is not held up.
 */
@Injectable()
export class RedeliveryWorker {
  constructor(
    timers: Timers,
    private readonly redeliveries: RedeliveryService,
    private readonly store: RedeliveryStore,
    private readonly items: RedeliveryItemStore,
    private readonly timeline: TimelineStore,
    private readonly replays: ReplayStore,
    private readonly outbox: Outbox,
    private readonly settings: RedeliverySettings,
    private readonly clock: Clock,
  ) {
    timers.register(redeliveryTimer, async (tx, references) => {
      for (const id of references.toSorted()) await this.step(tx, id);
    });
  }

  private async step(tx: Transaction, id: string): Promise<void> {
    const seen = await this.store.find(tx, id);
    if (seen === undefined) return;
    await lockLanes(tx, [id]);
    const row = await this.redeliveries.get(tx, id);
    if (row.status === 'PLANNING') await this.planOn(tx, row);
    else if (row.status === 'PLANNED') await this.expire(tx, row);
    else if (row.status === 'RUNNING') await this.sendOn(tx, row);
    else await this.items.forget(tx, id);
  }

  private async planOn(tx: Transaction, row: RedeliveryRow): Promise<void> {
    if (row.phase === 'CHOOSE') await this.choose(tx, row);
    else if (row.phase === 'WEIGH') await this.weigh(tx, row);
    else return this.finishPlan(tx, row);
    if (row.chosen > this.settings.maxEvents) {
      row.failure = `超过 ${this.settings.maxEvents} 个事件，请缩小范围或分段补发`;
      return this.redeliveries.end(tx, row, 'fail', system);
    }
    await this.store.update(tx, row);
    await this.redeliveries.wake(tx, row.id, 0);
  }

  private async choose(tx: Transaction, row: RedeliveryRow): Promise<void> {
    const { scope } = row;
    if (!('from' in scope)) {
      row.chosen = await this.items.chooseCase(tx, row, await this.locate(tx, scope));
      row.phase = 'WEIGH';
      return;
    }
    const { chosen, last } = await this.items.choosePeriod(tx, row, scope, this.settings.batch);
    row.chosen += chosen;
    if (chosen < this.settings.batch || last === undefined) row.phase = 'WEIGH';
    else {
      row.chosen_after_time = last.recordedTime;
      row.chosen_after_id = last.eventId;
    }
  }

  private async locate(tx: Transaction, scope: { readonly entryId: string } | { readonly subjectId: string }): Promise<CaseInJournal> {
    if ('entryId' in scope) return { subjectKeys: [], entryIds: [scope.entryId] };
    const lanes = await this.timeline.findLanes(tx, scope.subjectId);
    const subjectKeys = lanes.filter((lane) => lane.entryIds === null).map((lane) => lane.subjectKey);
    return {
      subjectKeys,
      entryIds: [...(await this.items.findEntriesOf(tx, subjectKeys)), ...lanes.flatMap((lane) => lane.entryIds ?? [])],
    };
  }

  /** Keeps of what was chosen that of which the department was told, and measures it. */
  private async weigh(tx: Transaction, row: RedeliveryRow): Promise<void> {
    const events = await this.items.findUnweighed(tx, row.id, weighedAtOnce);
    const quiet = await this.replays.findQuiet(
      tx,
      events.flatMap((event) => event.replay_id ?? []),
    );
    const told = events.flatMap((event) => {
      const replayMode = event.replay_id !== null && quiet.has(event.replay_id) ? ('none' as const) : undefined;
      const projection = toldTo(row.department_code, { type: event.type, data: JSON.parse(event.data) as unknown, replayMode });
      if (projection === undefined) return [];
      return [{ eventId: event.event_id, type: event.type, bytes: Buffer.byteLength(JSON.stringify(projection.data)) }];
    });
    const ids = new Set(told.map((item) => item.eventId));
    await this.items.weigh(tx, row.id, told);
    await this.items.remove(
      tx,
      row.id,
      events.map((event) => event.event_id).filter((id) => !ids.has(id)),
    );
    row.weighed += events.length;
    if (events.length < weighedAtOnce) row.phase = 'NUMBER';
  }

  private async finishPlan(tx: Transaction, row: RedeliveryRow): Promise<void> {
    await this.items.number(tx, row.id);
    const byType = await this.items.countByType(tx, row.id);
    const span = await this.items.findSpan(tx, row.id);
    row.phase = 'DONE';
    row.by_type = byType;
    row.events = byType.reduce((sum, one) => sum + one.events, 0);
    row.bytes = byType.reduce((sum, one) => sum + one.bytes, 0);
    row.oldest = span.oldest;
    row.newest = span.newest;
    await this.redeliveries.move(tx, row, 'plan', system, { events: row.events });
    await this.redeliveries.wake(tx, row.id, previewDays * dayMs);
  }

  private async expire(tx: Transaction, row: RedeliveryRow): Promise<void> {
    const left = row.requested_at.getTime() + previewDays * dayMs - this.clock.now().getTime();
    if (left > 0) return this.redeliveries.wake(tx, row.id, left);
    row.failure = `预览 ${previewDays} 天内未确认`;
    await this.redeliveries.end(tx, row, 'cancel', system);
  }

  private async sendOn(tx: Transaction, row: RedeliveryRow): Promise<void> {
    const events = await this.items.findNext(tx, row.id, row.sent, this.settings.batch);
    const total = row.events ?? 0;
    const copied = copiesOf(row, events, total);
    if (!copied.ok) {
      row.failure = copied.failure;
      return this.redeliveries.end(tx, row, 'fail', system);
    }
    await this.outbox.publish(tx, copied.copies);
    row.sent += events.length;
    if (row.sent >= total || events.length === 0) return this.redeliveries.end(tx, row, 'complete', system);
    await this.store.update(tx, row);
    await this.redeliveries.wake(tx, row.id, this.settings.pauseMs);
  }
}
