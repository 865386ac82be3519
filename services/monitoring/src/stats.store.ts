import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { EntryRegisters } from './entry.rules.ts';
import type { FigureSource } from './figure.rules.ts';
import { allLists } from './figure.store.ts';
import type { PeriodBuckets } from './period.rules.ts';
import type { RecordedCase } from './read-model.store.ts';
import type { TaskRegisters } from './task.rules.ts';

export interface FigureCount {
  readonly figure: string;
  readonly departmentCode: string;
  readonly due: number;
  readonly counted: number;
}

/** Place of a row in the pages of its figure. */
export type RowKey = readonly [quarter: string, departmentCode: string, day: string, rowId: string, cycle: number];

export interface PageRow {
  readonly key: RowKey;
  readonly isCounted: boolean;
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
  readonly countedOnly: boolean;
  readonly after: RowKey | undefined;
  readonly limit: number;
}

/** What a row stands for, as it was heard. */
export type RowSubject =
  | { readonly source: 'TASK'; readonly task: TaskRegisters }
  | { readonly source: 'ENTRY'; readonly entry: EntryRegisters }
  | { readonly source: 'CASE'; readonly facts: RecordedCase };

export interface DepartmentName {
  readonly code: string;
  readonly nameZh: string;
  readonly supervised: boolean;
}

/** All SQL that reads figures. Row security narrows every answer to what the caller may see. */
@Injectable()
export class StatsStore {
  /** Counts by figure and department, in the buckets and of now; of these departments and this list only, where they are named. */
  async countByDepartment(
    tx: Transaction,
    buckets: PeriodBuckets,
    listCode: string | undefined,
    departments: readonly string[] | undefined,
  ): Promise<FigureCount[]> {
    const ofThese = departments === undefined ? '' : 'AND department_code = ANY ($4::text[])';
    const rows = await tx.query<{ figure: string; department_code: string; due: number; counted: number }>(
      `SELECT figure, department_code, sum(due)::bigint AS due, sum(counted)::bigint AS counted FROM (
         SELECT figure, department_code, due, counted FROM figure_counter WHERE list_code = $1 AND grain = 'NOW' ${ofThese}
         UNION ALL
         SELECT figure, department_code, due, counted FROM figure_counter WHERE list_code = $1 AND grain = 'QUARTER' AND bucket = ANY($2::date[]) ${ofThese}
         UNION ALL
         SELECT figure, department_code, due, counted FROM figure_counter WHERE list_code = $1 AND grain = 'DAY' AND bucket = ANY($3::date[]) ${ofThese}
       ) AS part GROUP BY figure, department_code`,
      [listCode ?? allLists, buckets.quarters, buckets.days, ...(departments === undefined ? [] : [departments])],
    );
    return rows.map((row) => ({ figure: row.figure, departmentCode: row.department_code, due: row.due, counted: row.counted }));
  }

  async findRows(tx: Transaction, filter: RowFilter): Promise<PageRow[]> {
    const [after0, after1, after2, after3, after4] = filter.after ?? [];
    const rows = await tx.query<{
      quarter: string;
      department_code: string;
      day: string;
      row_id: string;
      cycle: number;
      is_counted: boolean;
    }>(
      `SELECT quarter, department_code, day, row_id, cycle, is_counted FROM figure_row
       WHERE figure = $1 AND ${filter.listCode === undefined ? 'is_first' : 'list_code = $2'}
         AND ($2::text IS NULL OR list_code = $2)
         AND quarter BETWEEN $3 AND $4
         AND ($5::date IS NULL OR day BETWEEN $5 AND $6)
         AND ($7::text[] IS NULL OR department_code = ANY ($7))
         AND (NOT $8 OR is_counted)
         AND ($9::date IS NULL OR (quarter, department_code, day, row_id, cycle) > ($9, $10::text, $11::date, $12::uuid, $13::integer))
       ORDER BY quarter, department_code, day, row_id, cycle LIMIT $14`,
      [
        filter.figure,
        filter.listCode ?? null,
        ...filter.quarters,
        filter.days?.[0] ?? null,
        filter.days?.[1] ?? null,
        filter.departments ?? null,
        filter.countedOnly,
        after0 ?? null,
        after1 ?? null,
        after2 ?? null,
        after3 ?? null,
        after4 ?? null,
        filter.limit,
      ],
    );
    return rows.map((row) => ({ key: [row.quarter, row.department_code, row.day, row.row_id, row.cycle], isCounted: row.is_counted }));
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
    const rows = await tx.query<{ case_id: string; facts: RecordedCase }>(
      'SELECT case_id, facts FROM recorded_case WHERE case_id = ANY($1::uuid[])',
      [ids],
    );
    return new Map(rows.map((row) => [row.case_id, { source, facts: row.facts }]));
  }

  /** Departments that have a queue here. */
  async findDepartments(tx: Transaction): Promise<DepartmentName[]> {
    return tx.query<DepartmentName>(
      'SELECT department_code AS code, name_zh AS "nameZh", supervised FROM department WHERE tenant ORDER BY department_code',
    );
  }

  async findMeasureNames(tx: Transaction, codes: readonly string[]): Promise<Map<string, string>> {
    const rows = await tx.query<{ code: string; name_zh: string }>('SELECT code, name_zh FROM measure WHERE code = ANY($1)', [codes]);
    return new Map(rows.map((row) => [row.code, row.name_zh]));
  }
}
