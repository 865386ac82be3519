import type { IncidentQuery } from '@lianxin/contracts';
import { decodeCursor, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';

export interface IncidentRow {
  readonly incident_id: string;
  readonly cause: 'NO_MEASURE_FOUND' | 'NO_DEPARTMENT';
  readonly group_key: string;
  readonly group_size: number;
  readonly plan_id: string;
  readonly entry_id: string;
  readonly list_code: string;
  readonly measure_code: string | null;
  readonly raised_at: Date;
}

const cursorSchema = z.tuple([z.uuid()]);

@Injectable()
export class IncidentStore {
  /** Newest first, one row more than the limit. Row security: whoever sees the whole city. */
  find(tx: Transaction, query: IncidentQuery): Promise<IncidentRow[]> {
    const before = query.cursor === undefined ? null : decodeCursor(cursorSchema, query.cursor)[0];
    return tx.query<IncidentRow>(
      `SELECT i.incident_id, i.cause, i.group_key, i.plan_id, i.entry_id, i.list_code, i.measure_code, i.raised_at,
              (SELECT count(*) FROM incident same WHERE same.cause = i.cause AND same.group_key = i.group_key)::integer AS group_size
       FROM incident i
       WHERE ($1::uuid IS NULL OR i.incident_id < $1) AND ($2::text IS NULL OR i.cause = $2)
         AND ($3::text IS NULL OR i.group_key = $3) AND ($4::uuid IS NULL OR i.entry_id = $4)
       ORDER BY i.incident_id DESC LIMIT $5`,
      [before, query.cause ?? null, query.groupKey ?? null, query.entryId ?? null, query.limit + 1],
    );
  }
}
