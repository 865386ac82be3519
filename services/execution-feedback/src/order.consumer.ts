import {
  beijingDate,
  type LianxinEvent,
  listEntryReviewDecided,
  listEntryReviewRaised,
  restorationOrdered,
  verificationCancelled,
  verificationConcluded,
  verificationRequested,
  verificationTransferred,
} from '@lianxin/contracts';
import { EventConsumer, isEvent, lockLanes } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { OrderBoard, OrderDemand } from './order.rules.ts';
import { OrderService } from './order.service.ts';

const verifications = [verificationRequested, verificationTransferred, verificationConcluded, verificationCancelled];
const reviews = [listEntryReviewRaised, listEntryReviewDecided];

/** Hears what departments have to verify (R-2-17), to review (R-2-10 c) and to restore (R-6-8): each becomes a task in a queue. */
@Injectable()
export class OrderConsumer {
  constructor(
    consumer: EventConsumer,
    private readonly orders: OrderService,
  ) {
    consumer.register({
      types: verifications,
      together: true,
      apart: true,
      lanes: keysOf,
      handle: (tx, events) => this.verify(tx, events),
    });
    consumer.register({ types: reviews, together: true, apart: true, lanes: keysOf, handle: (tx, events) => this.review(tx, events) });
    consumer.register({
      types: [restorationOrdered],
      together: true,
      apart: true,
      lanes: restorationLanes,
      handle: (tx, events) => this.restore(tx, events),
    });
  }

  private async verify(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    await lockLanes(tx, await keysOf(tx, events));
    const heads = events.map((event) => event.data as { verificationId: string; departmentCode: string });
    const unsupervised = await this.orders.unsupervised(
      tx,
      heads.map((head) => head.departmentCode),
    );
    await this.orders.apply(
      tx,
      heads.map((head) => head.verificationId),
      (board) => {
        for (const event of events) verifyOne(board, event, unsupervised);
      },
      events,
    );
  }

  private async review(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    await lockLanes(tx, await keysOf(tx, events));
    const heads = events.map((event) => event.data as { reviewId: string; designatingDepartment: string });
    const unsupervised = await this.orders.unsupervised(
      tx,
      heads.map((head) => head.designatingDepartment),
    );
    await this.orders.apply(
      tx,
      heads.map((head) => head.reviewId),
      (board) => {
        for (const event of events) reviewOne(board, event, unsupervised);
      },
      events,
    );
  }

  private async restore(tx: Transaction, events: readonly LianxinEvent[]): Promise<void> {
    await lockLanes(tx, await restorationLanes(tx, events));
    await this.orders.restore(
      tx,
      events.filter((event) => isEvent(event, restorationOrdered)),
    );
  }
}

type LanesOf = (tx: Transaction, events: readonly LianxinEvent[]) => Promise<string[]>;
const keysOf: LanesOf = async (_tx, events) => events.map((event) => event.key);
const restorationLanes: LanesOf = async (_tx, events) =>
  events.flatMap((event) => (isEvent(event, restorationOrdered) ? [event.key, event.data.partySubjectId] : []));

function verifyOne(board: OrderBoard, event: LianxinEvent, unsupervised: ReadonlySet<string>): void {
  if (isEvent(event, verificationRequested)) {
    const { data } = event;
    const demand: OrderDemand = {
      kind: 'VERIFY',
      referenceId: data.verificationId,
      referenceVersion: data.verificationVersion,
      referenceNumber: data.number,
      entryId: null,
      listCode: data.listCodes.join('、'),
      departmentCode: data.departmentCode,
      ground: null,
      documentNo: data.batchNo,
      dueOn: data.dueOn,
      measureCodes: [],
      partyId: data.subjectId,
      partySubjectId: data.subjectId,
      // A national batch names organisations only.
      partyKind: 'LEGAL',
      direction: 'PUNISH',
      laneKey: event.key,
      hasDeadline: !unsupervised.has(data.departmentCode),
    };
    board.demand(demand, event.id);
    return;
  }
  const { verificationId, verificationVersion, departmentCode } = event.data as {
    verificationId: string;
    verificationVersion: number;
    departmentCode: string;
  };
  const order = { kind: 'VERIFY' as const, referenceId: verificationId, referenceVersion: verificationVersion };
  if (isEvent(event, verificationTransferred))
    board.move(order, { departmentCode, hasDeadline: !unsupervised.has(departmentCode), reason: event.data.reason }, event.id);
  else if (isEvent(event, verificationConcluded)) board.answer(order, event.data.result, event.id);
  else board.drop(order, 'CANCELLED', event.id);
}

function reviewOne(board: OrderBoard, event: LianxinEvent, unsupervised: ReadonlySet<string>): void {
  if (isEvent(event, listEntryReviewRaised)) {
    const { data } = event;
    board.demand(
      {
        kind: 'REVIEW',
        referenceId: data.reviewId,
        referenceVersion: data.entryVersion,
        referenceNumber: data.number,
        entryId: data.entryId,
        listCode: data.listCode,
        departmentCode: data.designatingDepartment,
        ground: data.reason,
        documentNo: null,
        dueOn: beijingDate(new Date(Date.parse(data.dueAt) - 1)),
        measureCodes: [],
        partyId: data.subjectId,
        partySubjectId: data.subjectId,
        partyKind: 'LEGAL',
        direction: 'REWARD',
        laneKey: event.key,
        hasDeadline: !unsupervised.has(data.designatingDepartment),
      },
      event.id,
    );
    return;
  }
  if (!isEvent(event, listEntryReviewDecided)) return;
  // A review that stands is decided once; its entry may not have got another version by it.
  const order = { kind: 'REVIEW' as const, referenceId: event.data.reviewId, referenceVersion: event.data.entryVersion + 1 };
  if (event.data.outcome === 'NOT_NEEDED') board.drop(order, event.data.outcome, event.id);
  else board.answer(order, event.data.outcome, event.id);
}
