import { createHash } from 'node:crypto';
import { lockLanes, type NewEvent, Outbox, Timers } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { ReplayLimits } from './config.ts';
import { appliedEvent, approvedEvent, plannedEvent, requestedEvent, restorationEvents } from './replay.events.ts';
import { carriedHow, isRunning } from './replay.rules.ts';
import { type ReplayRow, ReplayStore } from './replay.store.ts';
import { ReplayWork, turnTimer } from './replay.work.ts';
import { type CaseRow, type CaseState, ReplayCaseStore } from './replay-case.store.ts';
import { figuresOfPlan } from './replay-figures.rules.ts';
import { questionOf } from './replay-join.service.ts';
import { ReplayRowStore } from './replay-row.store.ts';

const clockwork = { id: `timer:${turnTimer}`, unit: null };
/** Cases read at once where all of a replay are read. */
const portion = 5_000;

/**
 * Drives replays on: asks or orders the next cases while few enough are in flight, asks again who has been silent, and ends a stage when all its cases have
 * settled. A turn is one transaction under the timer and the replay's row, so it happens once however many replicas there are and whatever dies.
 */
@Injectable()
export class ReplayTurnService {
  constructor(
    private readonly replays: ReplayStore,
    private readonly cases: ReplayCaseStore,
    private readonly rows: ReplayRowStore,
    private readonly work: ReplayWork,
    private readonly outbox: Outbox,
    private readonly timers: Timers,
    private readonly limits: ReplayLimits,
    private readonly clock: Clock,
  ) {
    timers.register(turnTimer, async (tx, references) => {
      for (const id of references.toSorted()) await this.turn(tx, id);
    });
  }

  private async turn(tx: Transaction, id: string): Promise<void> {
    const replay = await this.replays.lock(tx, id);
    if (replay === undefined || replay.paused || !isRunning(replay.status)) return;
    const now = this.clock.now();
    const silentSince = new Date(now.getTime() - this.limits.silenceMs);
    await this.cases.expire(tx, id, silentSince, now, this.limits.attempts);
    const before = await this.cases.countStates(tx, id);
    const room = this.limits.inFlight - (before.ASKED ?? 0) - (before.ORDERED ?? 0);
    const due = room > 0 ? await this.cases.takeDue(tx, id, 'WAITING', now, room) : [];
    const carried = replay.status === 'APPLYING' ? await this.cases.takeDue(tx, id, 'CARRIED', now, this.limits.inFlight) : [];
    await this.say(tx, replay, due, carried, now);
    const after = due.length + carried.length === 0 ? before : await this.cases.countStates(tx, id);
    if (!hasWork(after)) await this.endStage(tx, replay, after);
    else await this.lookAgain(tx, id, after, now);
  }

  /** Asks or orders what is due, and orders what is to be restored, under all lanes at once. */
  private async say(tx: Transaction, replay: ReplayRow, due: readonly CaseRow[], carried: readonly CaseRow[], now: Date): Promise<void> {
    const ids = due.map((one) => one.entry_id);
    const isOrdering = replay.status === 'APPLYING';
    const restorations = await this.restorationsOf(tx, replay, carried);
    const spoken = isOrdering
      ? due.filter((one) => one.acting.length > 0).map((one) => approvedEvent(replay, one))
      : due.map((one) => requestedEvent(replay, one, questionOf(replay, one)));
    const events = [...spoken, ...restorations.flatMap(({ events: own }) => own)];
    await lockLanes(
      tx,
      events.map((event) => event.key),
    );
    if (isOrdering) await this.cases.markOrdered(tx, replay.id, ids, now);
    else await this.cases.markAsked(tx, replay.id, ids, now);
    await this.cases.markDone(tx, replay.id, new Map(restorations.map(({ entryId, events: own }) => [entryId, own.length])));
    await this.outbox.publish(tx, events);
  }

  private async restorationsOf(tx: Transaction, replay: ReplayRow, carried: readonly CaseRow[]) {
    const done = carried.filter((one) => carriedHow(one) !== 'NOT_AT_ALL').map((one) => one.entry_id);
    const rows = done.length === 0 ? [] : await this.rows.findRestorations(tx, replay.id, done);
    return carried.map((one): { entryId: string; events: NewEvent[] } => ({
      entryId: one.entry_id,
      events:
        carriedHow(one) === 'NOT_AT_ALL'
          ? []
          : restorationEvents(
              replay,
              one,
              rows.filter((row) => row.entry_id === one.entry_id),
            ),
    }));
  }

  /** When the next case is due, and when those in flight have been silent for too long. */
  private async lookAgain(tx: Transaction, id: string, counts: Partial<Record<CaseState, number>>, now: Date): Promise<void> {
    const waits = (counts.WAITING ?? 0) > 0 ? await this.cases.nextDueAt(tx, id) : undefined;
    const silent = new Date(now.getTime() + this.limits.silenceMs);
    const isFull = (counts.ASKED ?? 0) + (counts.ORDERED ?? 0) >= this.limits.inFlight;
    const dueAt = waits === undefined || waits > silent || isFull ? silent : waits;
    await this.timers.set(tx, turnTimer, [{ reference: id, dueAt }]);
  }

  private async endStage(tx: Transaction, replay: ReplayRow, counts: Partial<Record<CaseState, number>>): Promise<void> {
    const failed = counts.FAILED ?? 0;
    switch (replay.status) {
      case 'PLANNING':
        await this.endPlan(tx, replay, failed);
        break;
      case 'CHECKING':
        await (failed > 0 ? this.halt(tx, replay, failed) : this.endCheck(tx, replay));
        break;
      case 'APPLYING':
        if (failed > 0) await this.halt(tx, replay, failed);
        else await this.begin(tx, replay, 'FINISH_APPLY', ['DONE']);
        break;
      case 'PROVING':
        await (failed > 0 ? this.halt(tx, replay, failed) : this.endProof(tx, replay));
        break;
    }
    await this.replays.update(tx, replay);
  }

  private async endPlan(tx: Transaction, replay: ReplayRow, failed: number): Promise<void> {
    const all = await this.all(tx, replay);
    const { counts, departments } = await this.rows.count(tx, replay.id, 'PLAN');
    const figures = figuresOfPlan(all, counts, departments, failed);
    const hash = createHash('sha256');
    for (const one of all) hash.update(`${one.entry_id} ${one.plan_sha256 ?? '-'}\n`);
    replay.figures = figures;
    replay.sha256 = hash.digest('hex');
    replay.departments = [...new Set(all.filter((one) => one.adds_restriction).map((one) => one.designating_department))].sort();
    replay.confirmations = [];
    replay.detail = failed === 0 ? null : `${failed} 件未能推演`;
    await this.work.step(tx, replay, 'FINISH_PLAN', clockwork, { sha256: replay.sha256, failed });
    await this.publish(tx, replay, plannedEvent(replay, figures, replay.sha256));
  }

  /** The second look: what was approved has to come out again, all of it, or nothing is done (design §7). */
  private async endCheck(tx: Transaction, replay: ReplayRow): Promise<void> {
    const moved = (await this.all(tx, replay)).filter((one) => one.state === 'ANSWERED' && one.sha256 !== one.plan_sha256);
    if (moved.length === 0) {
      await this.begin(tx, replay, 'FINISH_CHECK', ['ANSWERED']);
      return;
    }
    replay.detail = `方案形成后 ${moved.length} 件的差异已变化，未执行任何变更`;
    await this.work.step(tx, replay, 'REFUSE', clockwork, { moved: moved.length, entryIds: moved.slice(0, 20).map((one) => one.entry_id) });
  }

  private async endProof(tx: Transaction, replay: ReplayRow): Promise<void> {
    const cases = (await this.all(tx, replay)).filter((one) => one.state === 'ANSWERED');
    const refused = cases.filter((one) => carriedHow(one) === 'NOT_AT_ALL').length;
    const partly = cases.filter((one) => carriedHow(one) === 'PARTLY').length;
    const restorations = cases.reduce((sum, one) => sum + one.restorations, 0);
    if (refused === cases.length) {
      replay.detail = '各责任服务发现情况已变化，未执行任何变更';
      await this.work.step(tx, replay, 'REFUSE', clockwork, { refused });
      return;
    }
    replay.applied_on = this.work.today;
    const isWhole = refused + partly === 0;
    const left = [refused > 0 ? `${refused} 件因情况已变化未执行` : '', partly > 0 ? `${partly} 件只执行了一部分` : ''];
    replay.detail = isWhole ? null : left.filter((text) => text !== '').join('，');
    await this.work.step(tx, replay, isWhole ? 'FINISH_PROOF' : 'FINISH_PARTLY', clockwork, { refused, partly, restorations });
    if (isWhole) await this.publish(tx, replay, appliedEvent(replay, restorations, replay.applied_on));
  }

  /** The next stage begins with all cases of the one before. */
  private async begin(
    tx: Transaction,
    replay: ReplayRow,
    action: 'FINISH_CHECK' | 'FINISH_APPLY',
    from: readonly CaseState[],
  ): Promise<void> {
    await this.work.step(tx, replay, action, clockwork);
    await this.cases.begin(tx, replay.id, from, this.clock.now());
    await this.timers.set(tx, turnTimer, [{ reference: replay.id, dueAt: this.clock.now() }]);
  }

  /** Some cases do not settle: a person looks into it and resumes. */
  private async halt(tx: Transaction, replay: ReplayRow, failed: number): Promise<void> {
    replay.detail = `${failed} 件未能完成，排除原因后执行 resume`;
    await this.work.step(tx, replay, 'PAUSE', clockwork, { failed });
    replay.paused = true;
  }

  private async publish(tx: Transaction, replay: ReplayRow, event: NewEvent): Promise<void> {
    await lockLanes(tx, [replay.id]);
    await this.outbox.publish(tx, [event]);
  }

  private async all(tx: Transaction, replay: ReplayRow): Promise<CaseRow[]> {
    const found: CaseRow[] = [];
    for (;;) {
      const page = await this.cases.findPage(tx, replay.id, found.at(-1)?.entry_id, portion);
      found.push(...page);
      if (page.length < portion) return found;
    }
  }
}

function hasWork(counts: Partial<Record<CaseState, number>>): boolean {
  return (['WAITING', 'ASKED', 'ORDERED', 'CARRIED'] as const).some((state) => (counts[state] ?? 0) > 0);
}
