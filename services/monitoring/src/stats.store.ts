import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { overdueCount, standingAtStart } from './derived-figure.rules.ts';
import type { EntryRegisters } from './entry.rules.ts';
import type { FeedbackRegisters } from './feedback.rules.ts';
import type { HeardList } from './field.rules.ts';
import { allLists, type RowAmounts } from './figure.rules.ts';
import type { FigureCount } from './figure-count.rules.ts';
import type { FigureSource, RowPart } from './figure-definition.rules.ts';
import { type PeriodBuckets, quarterStartOf } from './period.rules.ts';
import type { RecordedCase } from './read-model.store.ts';
import type { Registers } from './record.rules.ts';
import type { TaskRegisters } from './task.rules.ts';

/** Place of a row in the pages of its figure. */
export type RowKey = readonly [quarter: string, departmentCode: string, day: string, rowId: string, cycle: number];

export interface PageRow {
  readonly key: RowKey;
  readonly isCounted: boolean;
  readonly isTimely: boolean;
  readonly amounts: RowAmounts | undefined;
}

export interface RowFilter {
  readonly figure: string;
  readonly listCode: string | undefined;
  /** Undefined for all that the caller may see. */
  readonly departments: readonly string[] | undefined;
  /** First days of the first and the last quarter of the period; both `timeless` for a stock. */
  readonly quarters: readonly [string, string];
  /** Undefined for a stock. */
  readonly days: readonly [string, string] | undefined;
  readonly part: RowPart;
  readonly after: RowKey | undefined;
  readonly limit: number;
}

/** What a row stands for, as it was heard. */
export type RowSubject =
  | { readonly source: 'TASK'; readonly task: TaskRegisters }
  | { readonly source: 'ENTRY'; readonly entry: EntryRegisters }
  | { readonly source: 'CASE'; readonly facts: RecordedCase }
  | { readonly source: 'FEEDBACK'; readonly taskId: string; readonly cycle: number; readonly feedback: FeedbackRegisters }
  | { readonly source: Exclude<FigureSource, 'TASK' | 'ENTRY' | 'CASE' | 'FEEDBACK'>; readonly record: Registers };

const isPart: Record<RowPart, string> = {
  ALL: 'true',
  DONE: 'is_counted',
  TIMELY: 'is_timely',
  LATE: 'is_counted AND NOT is_timely',
  OPEN: 'NOT is_counted',
};

/** How many rows of a part a counter counts. */
const countOfPart: Record<RowPart, string> = {
  ALL: 'due',
  DONE: 'counted',
  TIMELY: 'timely',
  LATE: 'counted - timely',
  OPEN: 'due - counted',
};
/** Quarters and departments that are looked through at a time for what is seldom. */
const placesAtOnce = 12;

interface Place {
  readonly quarter: string;
  readonly department_code: string;
}

interface StoredRow extends Place {
  readonly day: string;
  readonly row_id: string;
  readonly cycle: number;
  readonly is_counted: boolean;
  readonly is_timely: boolean;
  readonly amount_due: number | null;
  readonly amount_counted: number | null;
}

function pageRowOf(row: StoredRow): PageRow {
  return {
    key: [row.quarter, row.department_code, row.day, row.row_id, row.cycle],
    isCounted: row.is_counted,
    isTimely: row.is_timely,
    amounts: row.amount_due === null || row.amount_counted === null ? undefined : { due: row.amount_due, counted: row.amount_counted },
  };
}

/** What is asked of the counters. */
export interface CountQuery {
  readonly buckets: PeriodBuckets;
  readonly from: string;
  /** What of the period has passed. */
  readonly past: PeriodBuckets;
  readonly today: string;
  /** `*` over all lists; undefined: each list by itself, and over all. */
  readonly listCode: string | undefined;
  /** Undefined for all that the caller may see. */
  readonly departments: readonly string[] | undefined;
}

const sums = 'sum(due)::bigint AS due, sum(counted)::bigint AS counted, sum(timely)::bigint AS timely, sum(late_days)::bigint AS late_days';
interface StoredCount {
  readonly list_code: string;
  readonly figure: string;
  readonly department_code: string;
  readonly due: number;
  readonly counted: number;
  readonly timely: number;
  readonly late_days: number;
}

export interface DepartmentName {
  readonly code: string;
  readonly nameZh: string;
  readonly supervised: boolean;
  readonly level: string;
}

/** All SQL that reads figures. Row security narrows every answer to what the caller may see. */
@Injectable()
export class StatsStore {
  /** Counts by list, figure and department: of the period, of now, and those that no row stands for. */
  async countPeriod(tx: Transaction, query: CountQuery): Promise<FigureCount[]> {
    const parts = [await this.countRows(tx, query), await this.countOverdue(tx, query), await this.countStanding(tx, query)];
    return parts.flat().map(countOf);
  }

  private countRows(tx: Transaction, { buckets, listCode, departments }: CountQuery): Promise<StoredCount[]> {
    const filter = `($1::text IS NULL OR list_code = $1) ${departments === undefined ? '' : 'AND department_code = ANY ($5::text[])'}`;
    const columns = 'list_code, figure, department_code, due, counted, timely, late_days';
    return tx.query<StoredCount>(
      `SELECT list_code, figure, department_code, ${sums} FROM (
         SELECT ${columns} FROM figure_counter WHERE ${filter} AND grain = 'NOW'
         UNION ALL SELECT ${columns} FROM figure_counter WHERE ${filter} AND grain = 'QUARTER' AND bucket = ANY($2::date[])
         UNION ALL SELECT ${columns} FROM figure_counter WHERE ${filter} AND grain = 'MONTH' AND bucket = ANY($3::date[])
         UNION ALL SELECT ${columns} FROM figure_counter WHERE ${filter} AND grain = 'DAY' AND bucket = ANY($4::date[])
       ) AS part GROUP BY list_code, figure, department_code`,
      [listCode ?? null, buckets.quarters, buckets.months, buckets.days, ...(departments === undefined ? [] : [departments])],
    );
  }

  /** Counts of some figures in each list by itself (K13). */
  async countLists(tx: Transaction, figures: readonly string[], buckets: PeriodBuckets): Promise<FigureCount[]> {
    const rows = await tx.query<StoredCount>(
      `SELECT list_code, figure, department_code, ${sums} FROM figure_counter
       WHERE figure = ANY($1) AND list_code <> '*'
         AND (grain = 'NOW' OR (grain = 'QUARTER' AND bucket = ANY($2::date[])) OR (grain = 'MONTH' AND bucket = ANY($3::date[]))
           OR (grain = 'DAY' AND bucket = ANY($4::date[])))
       GROUP BY list_code, figure, department_code`,
      [figures, buckets.quarters, buckets.months, buckets.days],
    );
    return rows.map(countOf);
  }

  /**
   * Cycles of the period whose term has passed without a feedback, and for how many days together: today once for each, less the sum of the days on which
   * they were due, which quarters keep too.
   */
  private countOverdue(tx: Transaction, { past, today, listCode, departments }: CountQuery): Promise<StoredCount[]> {
    const filter = `figure = 'K07' AND due > counted AND ($5::text IS NULL OR list_code = $5) AND ($6::text[] IS NULL OR department_code = ANY ($6))`;
    const columns = 'list_code, department_code, due - counted AS open, open_days';
    return tx.query<StoredCount>(
      `SELECT list_code, '${overdueCount}' AS figure, department_code, sum(open)::bigint AS due, sum(open)::bigint AS counted,
         0::bigint AS timely, (sum(open) * ($1::date - date '1970-01-01') - sum(open_days))::bigint AS late_days
       FROM (SELECT ${columns} FROM figure_counter WHERE ${filter} AND grain = 'QUARTER' AND bucket = ANY($2::date[])
             UNION ALL SELECT ${columns} FROM figure_counter WHERE ${filter} AND grain = 'MONTH' AND bucket = ANY($3::date[])
             UNION ALL SELECT ${columns} FROM figure_counter WHERE ${filter} AND grain = 'DAY' AND bucket = ANY($4::date[])) AS part
       GROUP BY list_code, department_code`,
      [today, past.quarters, past.months, past.days, listCode ?? null, departments ?? null],
    );
  }

  /** Black entries in force when the period began: those that had come into force without those that had left (K19). */
  private countStanding(tx: Transaction, { from, listCode, departments }: CountQuery): Promise<StoredCount[]> {
    return tx.query<StoredCount>(
      `SELECT list_code, '${standingAtStart}' AS figure, department_code, sum(standing)::bigint AS due, sum(standing)::bigint AS counted,
         0::bigint AS timely, 0::bigint AS late_days
       FROM (SELECT list_code, department_code, CASE figure WHEN 'K01-BLACK' THEN due ELSE -due END AS standing FROM figure_counter
             WHERE figure IN ('K01-BLACK', 'K19-EXITED') AND ($3::text IS NULL OR list_code = $3) AND ($4::text[] IS NULL OR department_code = ANY ($4))
               AND ((grain = 'QUARTER' AND bucket < $1::date) OR (grain = 'DAY' AND bucket >= $1::date AND bucket < $2::date))) AS moved
       GROUP BY list_code, department_code`,
      [quarterStartOf(from), from, listCode ?? null, departments ?? null],
    );
  }

  /**
   * One page of the rows of a figure. What is seldom, late or not done, is not sought among all rows: the counters tell where it is.
   */
  async findRows(tx: Transaction, filter: RowFilter): Promise<PageRow[]> {
    if (filter.days === undefined || (filter.part !== 'LATE' && filter.part !== 'OPEN')) return this.findDenseRows(tx, filter);
    const found: PageRow[] = [];
    let after: Place | undefined;
    do {
      const places = await this.findPlaces(tx, filter, after);
      if (places.length > 0) found.push(...(await this.findRowsAt(tx, filter, places)));
      after = places.length === placesAtOnce ? places.at(-1) : undefined;
    } while (after !== undefined && found.length < filter.limit);
    return found.slice(0, filter.limit);
  }

  /** Quarters and departments that have rows of this part, in the order of the pages. */
  private findPlaces(tx: Transaction, filter: RowFilter, after: Place | undefined): Promise<Place[]> {
    return tx.query<Place>(
      `SELECT bucket AS quarter, department_code FROM figure_counter
       WHERE figure = $1 AND list_code = $2 AND grain = 'QUARTER' AND bucket BETWEEN $3 AND $4 AND ${countOfPart[filter.part]} > 0
         AND ($5::text[] IS NULL OR department_code = ANY ($5)) AND ($6::date IS NULL OR (bucket, department_code) >= ($6, $7::text))
         AND ($8::date IS NULL OR (bucket, department_code) > ($8, $9::text))
       ORDER BY bucket, department_code LIMIT ${placesAtOnce}`,
      [
        ...[filter.figure, filter.listCode ?? allLists, ...filter.quarters, filter.departments ?? null],
        ...[filter.after?.[0] ?? null, filter.after?.[1] ?? null, after?.quarter ?? null, after?.department_code ?? null],
      ],
    );
  }

  /** Rows of this part in these quarters and departments: by the days whose counters have any. OFFSET 0 keeps each look at a counter one by its key. */
  private async findRowsAt(tx: Transaction, filter: RowFilter, places: readonly Place[]): Promise<PageRow[]> {
    const rows = await tx.query<StoredRow>(
      `SELECT row.* FROM unnest($1::date[], $2::text[]) AS place (quarter, department_code)
       CROSS JOIN LATERAL (
         SELECT found.* FROM generate_series(greatest(place.quarter, $3::date), least((place.quarter + interval '3 months')::date - 1, $4::date), interval '1 day') AS day
         CROSS JOIN LATERAL (
           SELECT bucket FROM figure_counter WHERE list_code = $5 AND grain = 'DAY' AND bucket = day::date AND figure = $6
             AND department_code = place.department_code AND ${countOfPart[filter.part]} > 0 OFFSET 0
         ) AS counter
         CROSS JOIN LATERAL (
           SELECT quarter, department_code, day, row_id, cycle, is_counted, is_timely, amount_due, amount_counted FROM figure_row
           WHERE figure = $6 AND ${filter.listCode === undefined ? 'is_first' : 'list_code = $5'} AND quarter = place.quarter
             AND department_code = place.department_code AND day = counter.bucket AND ${isPart[filter.part]}
             AND ($7::date IS NULL OR (quarter, department_code, day, row_id, cycle) > ($7, $8::text, $9::date, $10::uuid, $11::integer))
           ORDER BY row_id, cycle LIMIT $12
         ) AS found
         ORDER BY found.day, found.row_id, found.cycle LIMIT $12
       ) AS row ORDER BY row.quarter, row.department_code, row.day, row.row_id, row.cycle LIMIT $12`,
      [
        ...[places.map((place) => place.quarter), places.map((place) => place.department_code), ...(filter.days ?? [])],
        ...[
          filter.listCode ?? allLists,
          filter.figure,
          ...Array.from({ length: 5 }, (_, part) => filter.after?.[part] ?? null),
          filter.limit,
        ],
      ],
    );
    return rows.map(pageRowOf);
  }

  private async findDenseRows(tx: Transaction, filter: RowFilter): Promise<PageRow[]> {
    const [after0, after1, after2, after3, after4] = filter.after ?? [];
    const rows = await tx.query<StoredRow>(
      `SELECT quarter, department_code, day, row_id, cycle, is_counted, is_timely, amount_due, amount_counted FROM figure_row
       WHERE figure = $1 AND ${filter.listCode === undefined ? 'is_first' : 'list_code = $2'}
         AND ($2::text IS NULL OR list_code = $2)
         AND quarter BETWEEN $3 AND $4
         AND ($5::date IS NULL OR day BETWEEN $5 AND $6)
         AND ($7::text[] IS NULL OR department_code = ANY ($7))
         AND ${isPart[filter.part]}
         AND ($8::date IS NULL OR (quarter, department_code, day, row_id, cycle) > ($8, $9::text, $10::date, $11::uuid, $12::integer))
       ORDER BY quarter, department_code, day, row_id, cycle LIMIT $13`,
      [
        filter.figure,
        filter.listCode ?? null,
        ...filter.quarters,
        filter.days?.[0] ?? null,
        filter.days?.[1] ?? null,
        filter.departments ?? null,
        after0 ?? null,
        after1 ?? null,
        after2 ?? null,
        after3 ?? null,
        after4 ?? null,
        filter.limit,
      ],
    );
    return rows.map(pageRowOf);
  }

  async findSubjects(tx: Transaction, source: FigureSource, ids: readonly string[]): Promise<Map<string, RowSubject>> {
    if (source === 'TASK') {
      const rows = await tx.query<{ task_id: string; registers: TaskRegisters }>(
        'SELECT task_id, registers FROM task WHERE task_id = ANY($1::uuid[])',
        [ids],
      );
      return new Map(rows.map((row) => [row.task_id, { source, task: row.registers }]));
    }
    if (source === 'ENTRY') {
      const rows = await tx.query<{ entry_id: string; registers: EntryRegisters }>(
        'SELECT entry_id, registers FROM entry WHERE entry_id = ANY($1::uuid[])',
        [ids],
      );
      return new Map(rows.map((row) => [row.entry_id, { source, entry: row.registers }]));
    }
    if (source === 'CASE') {
      const rows = await tx.query<{ case_id: string; facts: RecordedCase }>(
        'SELECT case_id, facts FROM recorded_case WHERE case_id = ANY($1::uuid[])',
        [ids],
      );
      return new Map(rows.map((row) => [row.case_id, { source, facts: row.facts }]));
    }
    if (source === 'FEEDBACK') {
      const rows = await tx.query<{ feedback_id: string; task_id: string; cycle: number; registers: FeedbackRegisters }>(
        'SELECT feedback_id, task_id, cycle, registers FROM feedback WHERE feedback_id = ANY($1::uuid[])',
        [ids],
      );
      return new Map(rows.map((row) => [row.feedback_id, { source, taskId: row.task_id, cycle: row.cycle, feedback: row.registers }]));
    }
    const rows = await tx.query<{ record_id: string; registers: Registers }>(
      'SELECT record_id, registers FROM record_heard WHERE source = $1 AND record_id = ANY($2::uuid[])',
      [source, ids],
    );
    return new Map(rows.map((row) => [row.record_id, { source, record: row.registers }]));
  }

  /** Departments that have a queue here. */
  async findDepartments(tx: Transaction): Promise<DepartmentName[]> {
    return tx.query<DepartmentName>(
      'SELECT department_code AS code, name_zh AS "nameZh", supervised, level FROM department WHERE tenant ORDER BY department_code',
    );
  }

  /** What is known of lists. */
  findLists(tx: Transaction): Promise<HeardList[]> {
    return tx.query<HeardList>('SELECT list_code AS "listCode", list_type AS "listType", field FROM list_heard ORDER BY list_code');
  }

  async findMeasureNames(tx: Transaction, codes: readonly string[]): Promise<Map<string, string>> {
    const rows = await tx.query<{ code: string; name_zh: string }>('SELECT code, name_zh FROM measure WHERE code = ANY($1)', [codes]);
    return new Map(rows.map((row) => [row.code, row.name_zh]));
  }
}

function countOf(row: StoredCount): FigureCount {
  return {
    listCode: row.list_code,
    figure: row.figure,
    departmentCode: row.department_code,
    due: row.due,
    counted: row.counted,
    timely: row.timely,
    lateDays: row.late_days,
  };
}
