import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { CaseKey } from './replay-case.store.ts';
import type { Assessment, RowAction, RowKind } from './replay-difference.rules.ts';

export type Look = 'PLAN' | 'CHECK' | 'PROOF';

export interface StoredRow {
  readonly replay_id: string;
  readonly look: Look;
  readonly entry_id: string;
  readonly place: number;
  readonly kind: RowKind;
  readonly action: RowAction;
  readonly department_code: string | null;
  readonly designating_department: string;
  readonly line: string;
}

export interface RowFilter {
  readonly look: Look;
  readonly actions?: readonly RowAction[] | undefined;
  readonly departmentCode?: string | undefined;
  readonly onlyChanges: boolean;
}

/** SQL of answers and of the rows of a difference. */
@Injectable()
export class ReplayRowStore {
  async addAnswers(tx: Transaction, answers: readonly Assessment[]): Promise<void> {
    if (answers.length === 0) return;
    await tx.execute(
      `INSERT INTO replay_answer (replay_id, entry_id, round, owner, part, data)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::integer[], $6::jsonb[]) ON CONFLICT DO NOTHING`,
      [
        ...[answers.map((one) => one.replayId), answers.map((one) => one.entryId), answers.map((one) => one.round)],
        ...[answers.map((one) => one.owner), answers.map((one) => one.part), answers.map((one) => JSON.stringify(one))],
      ],
    );
  }

  async findAnswers(tx: Transaction, cases: readonly (CaseKey & { readonly round: number })[]): Promise<Assessment[]> {
    const rows = await tx.query<{ data: Assessment }>(
      `SELECT data FROM replay_answer WHERE (replay_id, entry_id, round) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[]))`,
      [cases.map((one) => one.replay_id), cases.map((one) => one.entry_id), cases.map((one) => one.round)],
    );
    return rows.map((row) => row.data);
  }

  async dropAnswers(tx: Transaction, keys: readonly CaseKey[]): Promise<void> {
    await tx.execute('DELETE FROM replay_answer WHERE (replay_id, entry_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))', [
      keys.map((key) => key.replay_id),
      keys.map((key) => key.entry_id),
    ]);
  }

  /** Puts the rows of these cases in the place of those of an earlier attempt. */
  async replace(tx: Transaction, looks: readonly (CaseKey & { readonly look: Look })[], rows: readonly StoredRow[]): Promise<void> {
    await tx.execute(
      'DELETE FROM replay_row WHERE (replay_id, look, entry_id) IN (SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[]))',
      [looks.map((one) => one.replay_id), looks.map((one) => one.look), looks.map((one) => one.entry_id)],
    );
    if (rows.length === 0) return;
    await tx.execute(
      `INSERT INTO replay_row (replay_id, look, entry_id, place, kind, action, department_code, designating_department, line)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])`,
      [
        ...[rows.map((row) => row.replay_id), rows.map((row) => row.look), rows.map((row) => row.entry_id), rows.map((row) => row.place)],
        ...[rows.map((row) => row.kind), rows.map((row) => row.action), rows.map((row) => row.department_code)],
        ...[rows.map((row) => row.designating_department), rows.map((row) => row.line)],
      ],
    );
  }

  async findPage(
    tx: Transaction,
    replayId: string,
    filter: RowFilter,
    after: { readonly entryId: string; readonly place: number } | undefined,
    limit: number,
  ): Promise<StoredRow[]> {
    return tx.query<StoredRow>(
      `SELECT * FROM replay_row WHERE replay_id = $1 AND look = $2 AND ($3::text[] IS NULL OR action = ANY($3))
         AND ($4::text IS NULL OR department_code = $4) AND (NOT $5 OR action <> 'KEEP' OR kind = 'TASK')
         AND ($6::uuid IS NULL OR (entry_id, place) > ($6, $7::integer))
       ORDER BY entry_id, place LIMIT $8`,
      [
        ...[replayId, filter.look, filter.actions ?? null, filter.departmentCode ?? null, filter.onlyChanges],
        ...[after?.entryId ?? null, after?.place ?? null, limit],
      ],
    );
  }

  /** Of a whole look: rows by kind and action, and the departments whose tasks change. */
  async count(tx: Transaction, replayId: string, look: Look) {
    const counts = await tx.query<{ kind: RowKind; action: RowAction; count: number }>(
      'SELECT kind, action, count(*) AS count FROM replay_row WHERE replay_id = $1 AND look = $2 GROUP BY kind, action ORDER BY 1, 2',
      [replayId, look],
    );
    const departments = await tx.query<{ department_code: string }>(
      `SELECT DISTINCT department_code FROM replay_row
       WHERE replay_id = $1 AND look = $2 AND kind IN ('TASK', 'MEASURE') AND action <> 'KEEP' AND department_code IS NOT NULL ORDER BY 1`,
      [replayId, look],
    );
    return { counts, departments: departments.map((row) => row.department_code) };
  }

  /** Rows of restorations of these cases. */
  async findRestorations(tx: Transaction, replayId: string, entryIds: readonly string[]): Promise<StoredRow[]> {
    return tx.query<StoredRow>(
      `SELECT * FROM replay_row WHERE replay_id = $1 AND look = 'PLAN' AND kind = 'TASK' AND action = 'RESTORE' AND entry_id = ANY($2::uuid[])
       ORDER BY entry_id, place`,
      [replayId, entryIds],
    );
  }
}
