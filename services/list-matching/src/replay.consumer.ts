import {
  type LianxinEvent,
  type ReplayApproved,
  type ReplayVersion,
  replayApproved,
  replayAssessed,
  replayCarriedOut,
  replayRefused,
  replayRequested,
} from '@lianxin/contracts';
import { EventConsumer, isEvent, lockLanes, newEvent, Outbox } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { decideCorrection } from './correction.rules.ts';
import { EntryWriter } from './entry.writer.ts';
import { EntryChange } from './entry-change.service.ts';
import { correctInWork } from './entry-correction.ts';
import type { EntryInWork, EntryWork } from './entry-work.ts';
import { findDefinitions } from './list-definition.store.ts';
import { ListEntryService } from './list-entry.service.ts';
import { findFacts, findParties } from './list-entry.store.ts';
import { ReplayAssessor } from './replay.assessor.ts';
import { movedOn } from './replay-assess.rules.ts';

type Requested = LianxinEvent<ReturnType<typeof replayRequested.data.parse>>;
type Approved = LianxinEvent<ReplayApproved>;

/** Why nothing of an approved replay was done. */
interface Refusal {
  readonly clause: string | null;
  readonly detail: string;
  readonly versions: readonly ReplayVersion[];
}

/**
 * Hears of replays (design §7): says from stored facts what would be otherwise and changes nothing by that; carries out what was approved, if the world is
 * still the one that was looked at, by the ordinary use cases.
 */
@Injectable()
export class ReplayConsumer {
  constructor(
    consumer: EventConsumer,
    private readonly assessor: ReplayAssessor,
    private readonly changes: EntryChange,
    private readonly entries: ListEntryService,
    private readonly writer: EntryWriter,
    private readonly outbox: Outbox,
  ) {
    consumer.register({ types: [replayRequested, replayApproved], handle: (tx, events) => this.handle(tx, events) });
  }

  private async handle(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    await this.assess(
      tx,
      events.filter((event): event is Requested => isEvent(event, replayRequested)),
    );
    for (const event of events) if (isEvent(event, replayApproved)) await this.approved(tx, event);
  }

  /** Entries are read without their lanes: an answer that is out of date when it arrives is found by its versions. Only what is said needs its key's turn. */
  private async assess(tx: Transaction, requested: readonly Requested[]): Promise<void> {
    const answers = await this.assessor.assess(
      tx,
      requested.map((event) => event.data),
    );
    await lockLanes(
      tx,
      requested.map((event) => event.key),
    );
    await this.outbox.publish(
      tx,
      answers.map((data, index) =>
        newEvent({ definition: replayAssessed, key: requested[index]?.key ?? '', data, cause: requested[index] }),
      ),
    );
  }

  /** Compared, done and told in one transaction under the lane of the subject: a process that dies in between has done nothing. */
  private async approved(tx: Transaction, event: Approved): Promise<void> {
    const { data } = event;
    if (!data.acting.includes('list-matching')) return;
    await lockLanes(tx, [event.key]);
    const work = this.changes.newWork(event.actor ?? event.source, event);
    const [entry] = await this.changes.takeUnderLanes(tx, work, [data.entryId]);
    const facts = entry === undefined ? [] : await findFacts(tx, [data.entryId]);
    // Approved twice is done once; who asks again is told again that it is done.
    const isDone = facts.some(({ detail }) => detail['replayId'] === data.replayId);
    const outcome = isDone ? false : await this.carryOut(tx, event, work, entry);
    const { replayId, round, entryId, subjectId } = data;
    const told = { replayId, round, entryId, subjectId, owner: 'list-matching' } as const;
    await this.outbox.publish(tx, [
      typeof outcome === 'boolean'
        ? newEvent({ definition: replayCarriedOut, key: event.key, data: { ...told, changed: outcome }, cause: event })
        : newEvent({
            definition: replayRefused,
            key: event.key,
            data: { ...told, ...outcome, versions: [...outcome.versions] },
            cause: event,
          }),
    ]);
  }

  /** @returns whether anything was changed, or why it was refused */
  private async carryOut(tx: Transaction, event: Approved, work: EntryWork, entry: EntryInWork | undefined): Promise<boolean | Refusal> {
    const { data } = event;
    const [now] = await this.assessor.assess(tx, [data]);
    if (entry === undefined || now === undefined || now.result === 'UNKNOWN')
      return { clause: null, detail: `没有该名单记录：${data.entryId}`, versions: [] };
    const moved = movedOn(data.versions, now.versions);
    if (moved.length > 0) {
      const named = moved.map(({ id, version }) => `${id} 现为版本 ${version}`).join('；');
      return { clause: null, detail: `批准之后记录已有变化：${named}`.slice(0, 2000), versions: now.versions };
    }
    if (now.result !== 'ASSESSED') return { clause: now.clause, detail: now.detail ?? '', versions: now.versions };
    if (!now.acts) return false;
    const refusal = await this.act(tx, event, work, entry);
    if (refusal !== undefined) return { ...refusal, versions: now.versions };
    await this.writer.write(tx, work);
    return true;
  }

  private async act(tx: Transaction, event: Approved, work: EntryWork, entry: EntryInWork): Promise<Omit<Refusal, 'versions'> | undefined> {
    const { change, documentNo, approvedOn, replayId, ground } = event.data;
    const detail = { replayId, replayGround: ground };
    if (change.kind === 'VOID_ENTRY') {
      const order = { ground: change.effect === 'VOID' ? 'DESIGNATION_WRONG' : 'BASIS_REVOKED', documentNo, date: approvedOn } as const;
      await this.entries.voidInWork(tx, work, entry, order, detail, event);
    } else if (change.kind === 'CORRECT_ENTRY') {
      const parties = await findParties(tx, [entry.row.id]);
      const versions = await findDefinitions(tx, [entry.row.list_code]);
      const decided = decideCorrection(entry.row, parties, change.facts, this.assessor.lawOf(versions));
      if (!decided.ok) return { clause: decided.clause, detail: decided.faults[0].detail };
      if (ground === 'SYSTEM_FAULT' && decided.hardens.length > 0)
        return { clause: 'R-6-7a', detail: `系统差错只能减轻，不能加重：${decided.hardens.join('、')}` };
      correctInWork(work, entry, parties, decided, versions, { documentNo, on: approvedOn }, detail);
    }
    return undefined;
  }
}
