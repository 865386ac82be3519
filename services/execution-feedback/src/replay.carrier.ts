import { randomUUIDv7 } from 'node:crypto';
import { type LianxinEvent, type ReplayApproved, replayCarriedOut, replayRefused } from '@lianxin/contracts';
import { lockLanes, newEvent, Outbox } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { eventsOfStep } from './plan.events.rules.ts';
import { PlanStore } from './plan.store.ts';
import { correctCase, isAnything, reasonOfBehind } from './replay.rules.ts';
import { tasksVersions } from './replay.service.ts';
import { caseNameOf, ReplayStore } from './replay.store.ts';
import { TaskTerms } from './terms.ts';

const owner = 'execution-feedback';

/** Carries out what was approved where stored tasks are not what their plans demand: by the steps of plans, and only as far as it frees (R-6-7a). */
@Injectable()
export class ReplayCarrier {
  constructor(
    private readonly store: ReplayStore,
    private readonly plans: PlanStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly terms: TaskTerms,
  ) {}

  /** The lanes in which the cases' events go out, and those of every party whose tasks rest on them. */
  async lanes(tx: Transaction, events: readonly LianxinEvent<ReplayApproved>[]): Promise<string[]> {
    const own = events.filter(isOurs);
    if (own.length === 0) return [];
    const entryIds = own.map(({ data }) => data.entryId);
    return [...own.map((event) => event.key), ...(await this.store.readPartySubjects(tx, entryIds))];
  }

  /** Twice is once; what has moved on since it was assessed is refused, and nothing of it is done. Cases that meet in a task follow each other. */
  async carryOut(tx: Transaction, events: readonly LianxinEvent<ReplayApproved>[]): Promise<void> {
    await lockLanes(tx, await this.lanes(tx, events));
    for (const event of events.filter(isOurs)) await this.carryOutOne(tx, event);
  }

  private async carryOutOne(tx: Transaction, event: LianxinEvent<ReplayApproved>): Promise<void> {
    const { replayId, round, entryId, subjectId, versions } = event.data;
    const { plans, isDone } = await this.store.findCorrection(tx, event.data);
    const head = { replayId, round, entryId, subjectId, owner } as const;
    const said = { key: event.key, cause: event };
    // Who asks again is told again that it is done: the first answer may have come when nobody waited for it any more.
    if (isDone) {
      await this.outbox.publish(tx, [newEvent({ ...said, definition: replayCarriedOut, data: { ...head, changed: false } })]);
      return;
    }
    const [world] = plans === undefined ? [] : await this.store.readWorlds(tx, [caseNameOf(plans, false)]);
    if (plans === undefined || world === undefined) {
      const data = { ...head, clause: null, detail: '此轮没有需要执行的任务变更', versions: [] };
      await this.outbox.publish(tx, [newEvent({ ...said, definition: replayRefused, data })]);
      return;
    }
    const now = tasksVersions(entryId, world);
    const moved = now.find(
      (one) => !versions.some(({ kind, id, version }) => kind === one.kind && id === one.id && version === one.version),
    );
    const behind = reasonOfBehind(plans, world.known.plans);
    if (moved !== undefined || behind !== undefined) {
      const data = { ...head, clause: null, detail: behind ?? `名单记录 ${moved?.id ?? entryId} 的任务已有变化`, versions: now };
      await this.outbox.publish(tx, [newEvent({ ...said, definition: replayRefused, data })]);
      return;
    }
    const context = { now: this.clock.now(), calendar: this.clock.calendar(), terms: this.terms.on() };
    const { changes, steps } = correctCase(world.known, plans, event, context, event.data.documentNo, randomUUIDv7);
    await this.plans.write(tx, changes);
    await this.store.markDone(tx, event.data, context.now);
    await this.outbox.publish(tx, [
      ...steps.flatMap((step) => eventsOfStep(step).map((one) => newEvent({ ...one, time: context.now }))),
      newEvent({ ...said, definition: replayCarriedOut, data: { ...head, changed: isAnything(changes) } }),
    ]);
  }
}

const isOurs = ({ data }: LianxinEvent<ReplayApproved>) => data.acting.includes(owner);
