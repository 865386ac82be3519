import type { Page, Principal } from '@lianxin/contracts';
import { decodeCursor, pageOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { RedeliveryFilter, RedeliverySummary, RedeliveryView } from './redelivery.schemas.ts';
import { type RedeliveryRow, RedeliveryStore } from './redelivery.store.ts';
import { summaryOf, viewOf } from './redelivery.view.ts';

const cursorSchema = z.tuple([z.uuid()]);

/** Reads redeliveries for people; row security narrows what each sees. */
@Injectable()
export class RedeliveryReader {
  constructor(private readonly store: RedeliveryStore) {}

  async view(tx: Transaction, row: RedeliveryRow): Promise<RedeliveryView> {
    return viewOf(row, await this.store.findFacts(tx, row.id));
  }

  /** @throws ProblemError CURSOR_INVALID */
  async page(
    tx: Transaction,
    _principal: Principal,
    { cursor, limit, ...filter }: RedeliveryFilter & { cursor?: string | undefined; limit: number },
  ): Promise<Page<RedeliverySummary>> {
    const before = cursor === undefined ? undefined : decodeCursor(cursorSchema, cursor)[0];
    const rows = await this.store.findPage(tx, filter, before, limit + 1);
    return pageOf(rows, limit, (row) => [row.id], summaryOf);
  }
}
