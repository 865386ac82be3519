import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { HeardList } from './field.rules.ts';
import type { FigureCount } from './figure-count.rules.ts';
import type { Period } from './period.rules.ts';

/** Where one partition of the log ended at some moment. */
export interface LogEnd {
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: number;
}

/** All SQL of periods that have closed (R-10-1): what their figures were then. Nothing here is ever changed. */
@Injectable()
export class ClosedPeriodStore {
  /** Whether this group has heard everything before these ends of the log; what waits behind a failed event of its subject counts as heard. */
  async hasHeard(tx: Transaction, group: string, ends: readonly LogEnd[]): Promise<boolean> {
    const behind = await tx.query(
      `SELECT 1 FROM unnest($2::text[], $3::smallint[], $4::bigint[]) AS log (topic, partition, next_offset)
       LEFT JOIN consumer_position AS own ON own.consumer_group = $1 AND own.topic = log.topic AND own.partition = log.partition
       WHERE log.next_offset > coalesce(own.next_offset, 0) LIMIT 1`,
      [group, ends.map((end) => end.topic), ends.map((end) => end.partition), ends.map((end) => end.nextOffset)],
    );
    return behind.length === 0;
  }

  /** @returns false when it is closed already. */
  async close(tx: Transaction, period: Period & { readonly code: string }, at: Date): Promise<boolean> {
    const closed = await tx.execute(
      'INSERT INTO closed_period (code, from_day, to_day, closed_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
      [period.code, period.from, period.to, at],
    );
    return closed > 0;
  }

  async saveCounts(tx: Transaction, periodCode: string, counts: readonly FigureCount[]): Promise<void> {
    await tx.execute(
      `INSERT INTO closed_count (period_code, list_code, figure, department_code, due, counted, timely, late_days)
       SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])`,
      [
        periodCode,
        counts.map((count) => count.listCode),
        counts.map((count) => count.figure),
        counts.map((count) => count.departmentCode),
        counts.map((count) => count.due),
        counts.map((count) => count.counted),
        counts.map((count) => count.timely),
        counts.map((count) => count.lateDays),
      ],
    );
  }

  async findClosedAt(tx: Transaction, periodCode: string): Promise<Date | undefined> {
    const [row] = await tx.query<{ closed_at: Date }>('SELECT closed_at FROM closed_period WHERE code = $1', [periodCode]);
    return row?.closed_at;
  }

  /** Keeps what is known of lists: a field that a list gets later moves no figure of this period. */
  async saveLists(tx: Transaction, periodCode: string): Promise<void> {
    await tx.execute(
      'INSERT INTO closed_list (period_code, list_code, list_type, field) SELECT $1, list_code, list_type, field FROM list_heard',
      [periodCode],
    );
  }

  /** What was known of lists at closing; none for a period that closed before this was kept. */
  findLists(tx: Transaction, periodCode: string): Promise<HeardList[]> {
    return tx.query<HeardList>('SELECT list_code AS "listCode", list_type AS "listType", field FROM closed_list WHERE period_code = $1', [
      periodCode,
    ]);
  }

  /** Counts as they were at closing, of one list (`*` over all) or, left out, of every list. */
  async findCounts(
    tx: Transaction,
    periodCode: string,
    listCode: string | undefined,
    departments: readonly string[] | undefined,
  ): Promise<FigureCount[]> {
    return tx.query<FigureCount>(
      `SELECT list_code AS "listCode", figure, department_code AS "departmentCode", due, counted, timely, late_days AS "lateDays"
       FROM closed_count WHERE period_code = $1 AND ($2::text IS NULL OR list_code = $2) AND ($3::text[] IS NULL OR department_code = ANY ($3))`,
      [periodCode, listCode ?? null, departments ?? null],
    );
  }
}
