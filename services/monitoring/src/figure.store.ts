import { dayNumberOf } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { allLists, amountsOf, type FigureRow, timeless } from './figure.rules.ts';
import { monthAround } from './period.rules.ts';

interface StoredFigureRow {
  readonly row_id: string;
  readonly figure: string;
  readonly cycle: number;
  readonly list_code: string;
  readonly department_code: string;
  readonly quarter: string;
  readonly day: string;
  readonly is_counted: boolean;
  readonly is_timely: boolean;
  readonly late_days: number;
  readonly is_first: boolean;
  readonly amount_due: number | null;
  readonly amount_counted: number | null;
}

/** All SQL that writes what the figures count. The caller holds the writer's lock, so what was read does not change before it is written. */
@Injectable()
export class FigureStore {
  /**
   * Makes `wanted` the rows of these tasks, entries and cases, and moves the counters by exactly the difference: they are the number of rows, by
   * whatever road the rows came.
   */
  async replace(tx: Transaction, rowIds: readonly string[], wanted: readonly FigureRow[]): Promise<void> {
    const before = new Map((await this.findRows(tx, rowIds)).map((row) => [keyOf(row), row]));
    const after = new Map(wanted.map((row) => [keyOf(row), row]));
    const gone = [...before.entries()].filter(([key]) => !after.has(key)).map(([, row]) => row);
    const fresh = [...after.entries()].filter(([key, row]) => !isSame(before.get(key), row)).map(([, row]) => row);
    const overwritten = fresh.flatMap((row) => before.get(keyOf(row)) ?? []);
    if (gone.length > 0) await this.remove(tx, gone);
    if (fresh.length > 0) await this.save(tx, fresh);
    await this.moveCounters(tx, [...gone, ...overwritten], fresh);
  }

  private async findRows(tx: Transaction, rowIds: readonly string[]): Promise<FigureRow[]> {
    // By index for each id, whatever the planner believes of a table that has just grown by a million rows: OFFSET 0 keeps the inner query apart.
    const rows = await tx.query<StoredFigureRow>(
      `SELECT found.* FROM unnest($1::uuid[]) AS wanted (id)
       CROSS JOIN LATERAL (SELECT * FROM figure_row WHERE row_id = wanted.id OFFSET 0) AS found`,
      [rowIds],
    );
    return rows.map((row) => ({
      figure: row.figure,
      rowId: row.row_id,
      cycle: row.cycle,
      listCode: row.list_code,
      departmentCode: row.department_code,
      quarter: row.quarter,
      day: row.day,
      isCounted: row.is_counted,
      isTimely: row.is_timely,
      lateDays: row.late_days,
      isFirst: row.is_first,
      amounts: row.amount_due === null || row.amount_counted === null ? undefined : { due: row.amount_due, counted: row.amount_counted },
    }));
  }

  private async remove(tx: Transaction, rows: readonly FigureRow[]): Promise<void> {
    await tx.execute(
      `DELETE FROM figure_row WHERE ctid = ANY (ARRAY(
         SELECT found.ctid FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::text[]) AS gone (row_id, figure, cycle, list_code)
         CROSS JOIN LATERAL (
           SELECT ctid FROM figure_row AS row
           WHERE row.row_id = gone.row_id AND row.figure = gone.figure AND row.cycle = gone.cycle AND row.list_code = gone.list_code OFFSET 0
         ) AS found
       ))`,
      [rows.map((row) => row.rowId), rows.map((row) => row.figure), rows.map((row) => row.cycle), rows.map((row) => row.listCode)],
    );
  }

  private async save(tx: Transaction, rows: readonly FigureRow[]): Promise<void> {
    await tx.execute(
      `INSERT INTO figure_row (row_id, figure, cycle, list_code, department_code, quarter, day, is_counted, is_timely, late_days, is_first,
         amount_due, amount_counted)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::date[], $7::date[], $8::boolean[], $9::boolean[], $10::integer[], $11::boolean[],
         $12::integer[], $13::integer[])
       ON CONFLICT (row_id, figure, cycle, list_code) DO UPDATE SET department_code = excluded.department_code, quarter = excluded.quarter,
         day = excluded.day, is_counted = excluded.is_counted, is_timely = excluded.is_timely, late_days = excluded.late_days, is_first = excluded.is_first,
         amount_due = excluded.amount_due, amount_counted = excluded.amount_counted`,
      [
        rows.map((row) => row.rowId),
        rows.map((row) => row.figure),
        rows.map((row) => row.cycle),
        rows.map((row) => row.listCode),
        rows.map((row) => row.departmentCode),
        rows.map((row) => row.quarter),
        rows.map((row) => row.day),
        rows.map((row) => row.isCounted),
        rows.map((row) => row.isTimely),
        rows.map((row) => row.lateDays),
        rows.map((row) => row.isFirst),
        rows.map((row) => row.amounts?.due ?? null),
        rows.map((row) => row.amounts?.counted ?? null),
      ],
    );
  }

  private async moveCounters(tx: Transaction, gone: readonly FigureRow[], fresh: readonly FigureRow[]): Promise<void> {
    const moves = new Map<string, CounterMove>();
    for (const row of gone) addTo(moves, row, -1);
    for (const row of fresh) addTo(moves, row, 1);
    const real = [...moves.values()].filter(
      (move) => move.due !== 0 || move.counted !== 0 || move.timely !== 0 || move.lateDays !== 0 || move.openDays !== 0,
    );
    if (real.length === 0) return;
    await tx.execute(
      `INSERT INTO figure_counter AS counter (list_code, grain, bucket, figure, department_code, due, counted, timely, late_days, open_days)
       SELECT * FROM unnest($1::text[], $2::text[], $3::date[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[])
       ON CONFLICT (list_code, grain, bucket, figure, department_code)
         DO UPDATE SET due = counter.due + excluded.due, counted = counter.counted + excluded.counted,
           timely = counter.timely + excluded.timely, late_days = counter.late_days + excluded.late_days, open_days = counter.open_days + excluded.open_days`,
      [...keysOf(real), ...countsOf(real)],
    );
    await this.removeEmptyCounters(
      tx,
      real.filter((move) => move.due < 0),
    );
  }

  /** A counter of nothing goes, so that the table depends only on the rows there are, not on the way to them. */
  private async removeEmptyCounters(tx: Transaction, moves: readonly CounterMove[]): Promise<void> {
    if (moves.length === 0) return;
    await tx.execute(
      `DELETE FROM figure_counter WHERE ctid = ANY (ARRAY(
         SELECT found.ctid FROM unnest($1::text[], $2::text[], $3::date[], $4::text[], $5::text[])
           AS moved (list_code, grain, bucket, figure, department_code)
         CROSS JOIN LATERAL (
           SELECT ctid FROM figure_counter AS counter
           WHERE counter.list_code = moved.list_code AND counter.grain = moved.grain AND counter.bucket = moved.bucket
             AND counter.figure = moved.figure AND counter.department_code = moved.department_code AND counter.due = 0 OFFSET 0
         ) AS found
       ))`,
      keysOf(moves),
    );
  }
}

interface CounterMove {
  readonly listCode: string;
  readonly grain: 'QUARTER' | 'MONTH' | 'DAY' | 'NOW';
  readonly bucket: string;
  readonly figure: string;
  readonly departmentCode: string;
  due: number;
  counted: number;
  timely: number;
  lateDays: number;
  /** Sum of the day numbers of what is not done: with it a quarter tells for how many days its rows have been overdue (K17). */
  openDays: number;
}

function keysOf(moves: readonly CounterMove[]): string[][] {
  return [
    moves.map((move) => move.listCode),
    moves.map((move) => move.grain),
    moves.map((move) => move.bucket),
    moves.map((move) => move.figure),
    moves.map((move) => move.departmentCode),
  ];
}

function countsOf(moves: readonly CounterMove[]): number[][] {
  return [
    moves.map((move) => move.due),
    moves.map((move) => move.counted),
    moves.map((move) => move.timely),
    moves.map((move) => move.lateDays),
    moves.map((move) => move.openDays),
  ];
}

function addTo(moves: Map<string, CounterMove>, row: FigureRow, sign: 1 | -1): void {
  const { figure, departmentCode, quarter, day } = row;
  const buckets: Pick<CounterMove, 'grain' | 'bucket'>[] =
    quarter === timeless
      ? [{ grain: 'NOW', bucket: timeless }]
      : [
          { grain: 'QUARTER', bucket: quarter },
          { grain: 'MONTH', bucket: monthAround(day).from },
          { grain: 'DAY', bucket: day },
        ];
  for (const listCode of row.isFirst ? [row.listCode, allLists] : [row.listCode]) {
    for (const { grain, bucket } of buckets) {
      const key = [listCode, grain, bucket, figure, departmentCode].join('\n');
      const move = moves.get(key) ?? {
        listCode,
        grain,
        bucket,
        figure,
        departmentCode,
        due: 0,
        counted: 0,
        timely: 0,
        lateDays: 0,
        openDays: 0,
      };
      const { due, counted } = amountsOf(row);
      move.due += sign * due;
      move.counted += sign * counted;
      move.timely += row.isTimely ? sign * counted : 0;
      move.lateDays += sign * row.lateDays;
      move.openDays += row.isCounted ? 0 : sign * dayNumberOf(day);
      moves.set(key, move);
    }
  }
}

function keyOf(row: FigureRow): string {
  return [row.rowId, row.figure, row.cycle, row.listCode].join('\n');
}

function isSame(known: FigureRow | undefined, row: FigureRow): boolean {
  return (
    known !== undefined &&
    known.departmentCode === row.departmentCode &&
    known.day === row.day &&
    known.quarter === row.quarter &&
    known.isCounted === row.isCounted &&
    known.isTimely === row.isTimely &&
    known.lateDays === row.lateDays &&
    known.amounts?.due === row.amounts?.due &&
    known.amounts?.counted === row.amounts?.counted &&
    known.isFirst === row.isFirst
  );
}
