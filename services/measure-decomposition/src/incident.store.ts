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
  readonly resolved_at: Date | null;
  readonly ignored_at: Date | null;
  readonly ignored_by: string | null;
  readonly ignored_reason: string | null;
  readonly plan_status: string;
}

export interface IncidentGroupRow {
  readonly cause: IncidentRow['cause'];
  readonly group_key: string;
  readonly count: number;
  readonly entries: number;
  readonly measure_codes: string[];
  readonly list_codes: string[];
  readonly first_raised_at: Date;
  readonly last_raised_at: Date;
}

const cursorSchema = z.tuple([z.uuid()]);
const groupCursorSchema = z.tuple([z.int(), z.string(), z.string()]);

/** Open: neither solved nor ignored, and the plan that lacks something still runs. */
const openSql = `i.resolved_at IS NULL AND i.ignored_at IS NULL AND p.status <> 'ENDED'`;

@Injectable()
export class IncidentStore {
  /** Newest first, one row more than the limit. Row security: whoever sees the whole city. */
  find(tx: Transaction, query: IncidentQuery): Promise<IncidentRow[]> {
    const before = query.cursor === undefined ? null : decodeCursor(cursorSchema, query.cursor)[0];
    return tx.query<IncidentRow>(
      `SELECT i.incident_id, i.cause, i.group_key, i.plan_id, i.entry_id, i.list_code, i.measure_code, i.raised_at, i.resolved_at, i.ignored_at,
              i.ignored_by, i.ignored_reason, p.status AS plan_status,
              (SELECT count(*) FROM incident same WHERE same.cause = i.cause AND same.group_key = i.group_key)::integer AS group_size
       FROM incident i JOIN plan p USING (plan_id)
       WHERE ($1::uuid IS NULL OR i.incident_id < $1) AND ($2::text IS NULL OR i.cause = $2)
         AND ($3::text IS NULL OR i.group_key = $3) AND ($4::uuid IS NULL OR i.entry_id = $4)
         AND CASE $6::text WHEN 'OPEN' THEN ${openSql} WHEN 'RESOLVED' THEN i.resolved_at IS NOT NULL
             WHEN 'IGNORED' THEN i.ignored_at IS NOT NULL AND i.resolved_at IS NULL ELSE true END
       ORDER BY i.incident_id DESC LIMIT $5`,
      [before, query.cause ?? null, query.groupKey ?? null, query.entryId ?? null, query.limit + 1, query.state ?? null],
    );
  }

  async get(tx: Transaction, incidentId: string): Promise<Pick<IncidentRow, 'cause' | 'group_key'> | undefined> {
    const [row] = await tx.query<Pick<IncidentRow, 'cause' | 'group_key'>>('SELECT cause, group_key FROM incident WHERE incident_id = $1', [
      incidentId,
    ]);
    return row;
  }

  /** Open incidents by what they have in common, the largest group first, one row more than the limit. */
  findGroups(tx: Transaction, query: { cursor?: string | undefined; limit: number }): Promise<IncidentGroupRow[]> {
    const [count, cause, key] = query.cursor === undefined ? [null, null, null] : decodeCursor(groupCursorSchema, query.cursor);
    return tx.query<IncidentGroupRow>(
      `SELECT i.cause, i.group_key, count(*)::integer AS count, count(DISTINCT i.entry_id)::integer AS entries,
         coalesce(array_agg(DISTINCT i.measure_code) FILTER (WHERE i.measure_code IS NOT NULL), '{}') AS measure_codes,
         array_agg(DISTINCT i.list_code) AS list_codes, min(i.raised_at) AS first_raised_at, max(i.raised_at) AS last_raised_at
       FROM incident i JOIN plan p USING (plan_id) WHERE ${openSql} GROUP BY i.cause, i.group_key
       HAVING $1::integer IS NULL OR (-count(*), i.cause, i.group_key) > (-$1, $2, $3)
       ORDER BY count DESC, i.cause, i.group_key LIMIT $4`,
      [count, cause, key, query.limit + 1],
    );
  }

  /** Plans with an open incident of this group. */
  async countPlans(tx: Transaction, cause: string, groupKey: string): Promise<number> {
    const [row] = await tx.query<{ count: number }>(
      `SELECT count(DISTINCT i.plan_id) AS count FROM incident i JOIN plan p USING (plan_id) WHERE ${openSql} AND i.cause = $1 AND i.group_key = $2`,
      [cause, groupKey],
    );
    return row?.count ?? 0;
  }

  /** Nothing is to be done about these: they leave the list of open ones. Returns how many. */
  ignore(
    tx: Transaction,
    group: { cause: string; groupKey: string; incidentId: string | null },
    by: string,
    reason: string,
    at: Date,
  ): Promise<number> {
    return tx.execute(
      `UPDATE incident SET ignored_at = $4, ignored_by = $5, ignored_reason = $6
       WHERE cause = $1 AND group_key = $2 AND ($3::uuid IS NULL OR incident_id = $3) AND resolved_at IS NULL AND ignored_at IS NULL`,
      [group.cause, group.groupKey, group.incidentId, at, by, reason],
    );
  }
}
