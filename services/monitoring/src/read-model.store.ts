import type { CatalogueDepartment, caseRecorded, EventData } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { EntryRegisters, ListTold } from './entry.rules.ts';
import type { FeedbackRegisters } from './feedback.rules.ts';
import type { FigureSource } from './figure-definition.rules.ts';
import type { Registers } from './record.rules.ts';
import type { TaskRegisters } from './task.rules.ts';

/** `withdrawn`: it counts no more (R-4-9, R-10-3). */
export type RecordedCase = EventData<typeof caseRecorded> & { readonly withdrawn?: boolean };

export interface TaskRow {
  readonly taskId: string;
  readonly departmentCode: string;
  readonly registers: TaskRegisters;
}

export interface FeedbackRow {
  readonly feedbackId: string;
  readonly taskId: string;
  readonly departmentCode: string;
  readonly cycle: number;
  readonly registers: FeedbackRegisters;
}

export interface EntryRow {
  readonly entryId: string;
  readonly departmentCode: string;
  readonly registers: EntryRegisters;
}

export interface Named {
  readonly code: string;
  readonly version: number;
  readonly nameZh: string;
}

/** All SQL of what was heard: tasks, feedback, entries, cases and names. Writers hold the writer's lock (StreamStore). */
@Injectable()
export class ReadModelStore {
  async findTasks(tx: Transaction, taskIds: readonly string[]): Promise<Map<string, TaskRow>> {
    const rows = await tx.query<{ task_id: string; department_code: string; registers: TaskRegisters }>(
      'SELECT task_id, department_code, registers FROM task WHERE task_id = ANY($1::uuid[])',
      [taskIds],
    );
    return new Map(
      rows.map((row) => [row.task_id, { taskId: row.task_id, departmentCode: row.department_code, registers: row.registers }]),
    );
  }

  async saveTasks(tx: Transaction, rows: readonly TaskRow[]): Promise<void> {
    await tx.execute(
      `INSERT INTO task (task_id, department_code, registers) SELECT * FROM unnest($1::uuid[], $2::text[], $3::jsonb[])
       ON CONFLICT (task_id) DO UPDATE SET department_code = excluded.department_code, registers = excluded.registers`,
      [rows.map((row) => row.taskId), rows.map((row) => row.departmentCode), rows.map((row) => JSON.stringify(row.registers))],
    );
  }

  async findFeedback(tx: Transaction, feedbackIds: readonly string[]): Promise<Map<string, FeedbackRegisters>> {
    const rows = await tx.query<{ feedback_id: string; registers: FeedbackRegisters }>(
      'SELECT feedback_id, registers FROM feedback WHERE feedback_id = ANY($1::uuid[])',
      [feedbackIds],
    );
    return new Map(rows.map((row) => [row.feedback_id, row.registers]));
  }

  async saveFeedback(tx: Transaction, rows: readonly FeedbackRow[]): Promise<void> {
    await tx.execute(
      `INSERT INTO feedback (feedback_id, task_id, department_code, cycle, registers)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::integer[], $5::jsonb[])
       ON CONFLICT (feedback_id) DO UPDATE SET registers = excluded.registers`,
      [
        rows.map((row) => row.feedbackId),
        rows.map((row) => row.taskId),
        rows.map((row) => row.departmentCode),
        rows.map((row) => row.cycle),
        rows.map((row) => JSON.stringify(row.registers)),
      ],
    );
  }

  /** All feedback of these tasks. */
  async findFeedbackOf(tx: Transaction, taskIds: readonly string[]): Promise<FeedbackRow[]> {
    const rows = await tx.query<{
      feedback_id: string;
      task_id: string;
      department_code: string;
      cycle: number;
      registers: FeedbackRegisters;
    }>(
      `SELECT found.* FROM unnest($1::uuid[]) AS wanted (id)
       CROSS JOIN LATERAL (SELECT feedback_id, task_id, department_code, cycle, registers FROM feedback WHERE task_id = wanted.id OFFSET 0) AS found`,
      [taskIds],
    );
    return rows.map((row) => ({
      feedbackId: row.feedback_id,
      taskId: row.task_id,
      departmentCode: row.department_code,
      cycle: row.cycle,
      registers: row.registers,
    }));
  }

  async findRecords(tx: Transaction, source: FigureSource, ids: readonly string[]): Promise<Map<string, Registers>> {
    const rows = await tx.query<{ record_id: string; registers: Registers }>(
      'SELECT record_id, registers FROM record_heard WHERE source = $1 AND record_id = ANY($2::uuid[])',
      [source, ids],
    );
    return new Map(rows.map((row) => [row.record_id, row.registers]));
  }

  async saveRecords(
    tx: Transaction,
    source: FigureSource,
    rows: readonly { recordId: string; departmentCode: string; registers: Registers }[],
  ): Promise<void> {
    await tx.execute(
      `INSERT INTO record_heard (source, record_id, department_code, registers) SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::jsonb[])
       ON CONFLICT (source, record_id) DO UPDATE SET department_code = excluded.department_code, registers = excluded.registers`,
      [source, rows.map((row) => row.recordId), rows.map((row) => row.departmentCode), rows.map((row) => JSON.stringify(row.registers))],
    );
  }

  async findEntries(tx: Transaction, entryIds: readonly string[]): Promise<Map<string, EntryRegisters>> {
    const rows = await tx.query<{ entry_id: string; registers: EntryRegisters }>(
      'SELECT entry_id, registers FROM entry WHERE entry_id = ANY($1::uuid[])',
      [entryIds],
    );
    return new Map(rows.map((row) => [row.entry_id, row.registers]));
  }

  async saveEntries(tx: Transaction, rows: readonly EntryRow[]): Promise<void> {
    await tx.execute(
      `INSERT INTO entry (entry_id, department_code, registers) SELECT * FROM unnest($1::uuid[], $2::text[], $3::jsonb[])
       ON CONFLICT (entry_id) DO UPDATE SET department_code = excluded.department_code, registers = excluded.registers`,
      [rows.map((row) => row.entryId), rows.map((row) => row.departmentCode), rows.map((row) => JSON.stringify(row.registers))],
    );
  }

  /** Keeps cases; of one that is known already, the first that was told stays. */
  async saveCases(tx: Transaction, cases: readonly RecordedCase[]): Promise<void> {
    await tx.execute(
      `INSERT INTO recorded_case (case_id, department_code, facts) SELECT * FROM unnest($1::uuid[], $2::text[], $3::jsonb[])
       ON CONFLICT (case_id) DO NOTHING`,
      [cases.map((one) => one.caseId), cases.map((one) => one.departmentCode), cases.map((one) => JSON.stringify(one))],
    );
  }

  /** A case and its withdrawal have one key: the case itself was heard before. */
  async withdrawCases(tx: Transaction, caseIds: readonly string[]): Promise<void> {
    await tx.execute(`UPDATE recorded_case SET facts = facts || '{"withdrawn": true}' WHERE case_id = ANY($1::uuid[])`, [caseIds]);
  }

  async findCases(tx: Transaction, caseIds: readonly string[]): Promise<Map<string, RecordedCase>> {
    const rows = await tx.query<{ case_id: string; facts: RecordedCase }>(
      'SELECT case_id, facts FROM recorded_case WHERE case_id = ANY($1::uuid[])',
      [caseIds],
    );
    return new Map(rows.map((row) => [row.case_id, row.facts]));
  }

  /** An older catalogue version never overwrites a newer. One row per code. */
  async saveDepartments(tx: Transaction, rows: readonly { version: number; department: CatalogueDepartment }[]): Promise<void> {
    await tx.execute(
      `INSERT INTO department (department_code, catalogue_version, name_zh, tenant, supervised, level)
       SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::boolean[], $5::boolean[], $6::text[])
       ON CONFLICT (department_code) DO UPDATE SET catalogue_version = excluded.catalogue_version, name_zh = excluded.name_zh,
         tenant = excluded.tenant, supervised = excluded.supervised, level = excluded.level
       WHERE department.catalogue_version < excluded.catalogue_version`,
      [
        rows.map((row) => row.department.code),
        rows.map((row) => row.version),
        rows.map((row) => row.department.nameZh),
        rows.map((row) => row.department.tenant),
        rows.map((row) => row.department.supervised),
        rows.map((row) => row.department.level),
      ],
    );
  }

  /** What was told of lists, one row per code; older never overwrites newer, as in `newestTold`. */
  async saveLists(tx: Transaction, lists: readonly ListTold[]): Promise<void> {
    await tx.execute(
      `INSERT INTO list_heard AS known (list_code, list_type, field, activated_on, entry_id, entry_version)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::uuid[], $6::integer[])
       ON CONFLICT (list_code) DO UPDATE SET list_type = excluded.list_type, field = excluded.field, activated_on = excluded.activated_on,
         entry_id = excluded.entry_id, entry_version = excluded.entry_version
       WHERE (known.field IS NOT NULL, known.activated_on, known.entry_id, known.entry_version)
         < (excluded.field IS NOT NULL, excluded.activated_on, excluded.entry_id, excluded.entry_version)`,
      [
        lists.map((list) => list.listCode),
        lists.map((list) => list.listType),
        lists.map((list) => list.field),
        lists.map((list) => list.told[0]),
        lists.map((list) => list.told[1]),
        lists.map((list) => list.told[2]),
      ],
    );
  }

  /** An older catalogue version never overwrites a newer. One row per code. */
  async saveMeasures(tx: Transaction, rows: readonly Named[]): Promise<void> {
    await tx.execute(
      `INSERT INTO measure (code, catalogue_version, name_zh) SELECT * FROM unnest($1::text[], $2::integer[], $3::text[])
       ON CONFLICT (code) DO UPDATE SET catalogue_version = excluded.catalogue_version, name_zh = excluded.name_zh
       WHERE measure.catalogue_version < excluded.catalogue_version`,
      [rows.map((row) => row.code), rows.map((row) => row.version), rows.map((row) => row.nameZh)],
    );
  }
}
