import { randomUUIDv7 } from 'node:crypto';
import {
  beijingDate,
  type EventData,
  type LianxinEvent,
  type measurePlanEnded,
  restorationOrdered,
  taskAssigned,
  taskReassigned,
  taskSettled,
} from '@lianxin/contracts';
import { type NewEvent, newEvent, Outbox } from '@lianxin/messaging';
import { Clock, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { acknowledgeDueAt } from './act.rules.ts';
import { CopyStore } from './copy.store.ts';
import { OrderBoard, type OrderStep } from './order.rules.ts';
import { OrderStore } from './order.store.ts';
import type { WrongTask } from './plan.board.rules.ts';
import { type ReplayMark, ReplayMarks } from './replay.mark.rules.ts';
import { TaskReplayStore } from './task-replay.store.ts';
import { TaskTerms } from './terms.ts';

/** Orders that come beside plans, and the tasks they make (R-4-9a). */
@Injectable()
export class OrderService {
  constructor(
    private readonly store: OrderStore,
    private readonly replays: TaskReplayStore,
    private readonly copies: CopyStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly terms: TaskTerms,
  ) {}

  /**
   * Loads the orders of these references, lets `work` decide, saves and tells. The caller holds the lanes.
   * @param heard the events behind it: what a replay asks for is remembered as such
   */
  async apply(
    tx: Transaction,
    referenceIds: readonly string[],
    work: (board: OrderBoard) => void,
    heard: readonly LianxinEvent[] = [],
  ): Promise<void> {
    const context = { now: this.clock.now(), calendar: this.clock.calendar(), terms: this.terms.on() };
    const board = new OrderBoard(await this.store.readOrdered(tx, [...new Set(referenceIds)]), context, randomUUIDv7);
    work(board);
    if (board.facts.length === 0) return;
    await this.store.write(tx, board);
    await this.replays.insert(tx, marksOf(board.steps, heard));
    await this.outbox.publish(
      tx,
      board.steps.map((step) => ({ ...eventOf(step, context.now), time: context.now })),
    );
  }

  /** §4.3: what was begun for an entry that should never have been is lifted, and its effects are removed besides. */
  async restoreWrong(tx: Transaction, wrong: readonly WrongTask[]): Promise<void> {
    if (wrong.length === 0) return;
    await this.apply(
      tx,
      wrong.map(({ plan }) => plan.entryId),
      (board) => {
        for (const { task, plan, cause } of wrong) {
          const ended = cause.data as EventData<typeof measurePlanEnded>;
          board.demand(
            {
              kind: 'RESTORE',
              referenceId: plan.entryId,
              referenceVersion: 1,
              referenceNumber: plan.body?.entryNumber ?? '',
              entryId: plan.entryId,
              listCode: plan.body?.listCode ?? '',
              departmentCode: task.departmentCode,
              ground: ended.ground === 'BASIS_REVOKED' ? 'REVOKING_DOCUMENT' : 'DESIGNATOR_CORRECTION',
              documentNo: ended.documentNo,
              dueOn: null,
              measureCodes: [task.measureCode],
              partyId: task.partyId,
              partySubjectId: task.partySubjectId,
              partyKind: task.partyKind,
              direction: task.direction,
              laneKey: plan.laneKey,
              hasDeadline: task.hasDeadline,
            },
            cause.id,
          );
        }
      },
    );
  }

  /** R-6-8: each department that applied a measure wrongly removes its effects. */
  async restore(tx: Transaction, events: readonly LianxinEvent<EventData<typeof restorationOrdered>>[]): Promise<void> {
    const data = events.map((event) => event.data);
    const subjects = await this.copies.readSubjects(
      tx,
      data.map((order) => order.partySubjectId),
    );
    const unsupervised = await this.unsupervised(
      tx,
      data.flatMap((order) => order.departments.map((row) => row.departmentCode)),
    );
    await this.apply(
      tx,
      data.map((order) => order.entryId),
      (board) => {
        for (const event of events) {
          const { departments, restorationId: _restorationId, entryNumber, ...order } = event.data;
          const kind = subjects.get(order.partySubjectId)?.kind;
          for (const { departmentCode, measureCodes } of departments)
            board.demand(
              {
                ...order,
                kind: 'RESTORE',
                referenceId: order.entryId,
                referenceVersion: 1,
                referenceNumber: entryNumber,
                departmentCode,
                measureCodes: measureCodes.toSorted(),
                partyKind: kind ?? 'LEGAL',
                direction: 'PUNISH',
                laneKey: event.key,
                hasDeadline: !unsupervised.has(departmentCode),
              },
              event.id,
            );
        }
      },
      events,
    );
  }

  /** Those of these departments that have no deadlines (§4.5). */
  async unsupervised(tx: Transaction, codes: readonly string[]): Promise<ReadonlySet<string>> {
    return this.copies.readUnsupervised(tx, [...new Set(codes)]);
  }
}

/** What replays have ordered; a restoration gives back and is never quiet. */
function marksOf(steps: readonly OrderStep[], heard: readonly LianxinEvent[]): readonly ReplayMark[] {
  const byId = new Map(heard.filter((event) => event.replayMode !== undefined).map((event) => [event.id, event]));
  const replays = new ReplayMarks();
  for (const { what, causeEvent, ordered } of byId.size === 0 ? [] : steps) {
    const event = byId.get(causeEvent ?? '');
    if (event !== undefined && what === 'ASSIGNED') replays.note(event, [ordered.task], []);
  }
  return replays.marks;
}

function eventOf(step: OrderStep, at: Date): NewEvent {
  const { task, order } = step.ordered;
  const key = task.laneKey;
  const head = {
    taskId: task.id,
    taskVersion: task.version,
    departmentCode: task.departmentCode,
    status: task.status,
    entryIds: order.entryId === null ? [] : [order.entryId],
    actedAt: at.toISOString(),
  };
  switch (step.what) {
    case 'ASSIGNED':
      return newEvent({
        definition: taskAssigned,
        key,
        data: {
          ...head,
          kind: order.kind,
          referenceId: order.referenceId,
          referenceNumber: order.referenceNumber,
          partySubjectId: task.partySubjectId,
          measureCodes: [...order.measureCodes],
          ground: order.ground,
          documentNo: order.documentNo,
          dueOn: task.feedbackDueAt === null ? order.dueOn : beijingDate(new Date(task.feedbackDueAt.getTime() - 1)),
          joined: step.joined,
        },
      });
    case 'SETTLED':
      return newEvent({ definition: taskSettled, key, data: { ...head, kind: order.kind, outcome: step.outcome, onTime: step.onTime } });
    case 'MOVED':
      return newEvent({
        definition: taskReassigned,
        key,
        data: {
          ...head,
          fromDepartment: step.from,
          reason: step.reason,
          acknowledgeDueAt: acknowledgeDueAt(task),
          feedbackDueAt: task.feedbackDueAt?.toISOString() ?? null,
        },
      });
  }
}
