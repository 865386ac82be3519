import type { Page, Principal } from '@lianxin/contracts';
import { Clock, decodeCursor, pageOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { ObjectionFilter, ObjectionSummary, ObjectionView } from './objection.schemas.ts';
import { type ObjectionRow, ObjectionStore } from './objection.store.ts';
import { summaryOf, viewOf } from './objection.view.ts';

const cursorSchema = z.tuple([z.iso.date(), z.uuid()]);

/** Reads objections for people. Row security narrows what each sees. */
@Injectable()
export class ObjectionReader {
  constructor(
    private readonly store: ObjectionStore,
    private readonly clock: Clock,
  ) {}

  async view(tx: Transaction, row: ObjectionRow): Promise<ObjectionView> {
    const facts = await this.store.findFacts(tx, row.id);
    const deadlines = await this.store.findDeadlines(tx, [row.id]);
    return viewOf(row, facts, deadlines, { today: this.clock.today(), calendar: this.clock.calendar() });
  }

  /** @throws ProblemError CURSOR_INVALID */
  async page(
    tx: Transaction,
    _principal: Principal,
    filter: ObjectionFilter & { cursor?: string | undefined; limit: number },
  ): Promise<Page<ObjectionSummary>> {
    const [receivedOn, id] = filter.cursor === undefined ? [] : decodeCursor(cursorSchema, filter.cursor);
    const after = receivedOn === undefined || id === undefined ? undefined : { receivedOn, id };
    const rows = await this.store.findPage(tx, filter, after, filter.limit + 1);
    const deadlines = await this.store.findDeadlines(
      tx,
      rows.map((row) => row.id),
    );
    const now = { today: this.clock.today(), calendar: this.clock.calendar() };
    return pageOf(
      rows,
      filter.limit,
      (row) => [row.received_on, row.id],
      (row) => summaryOf(row, deadlines, now),
    );
  }
}
