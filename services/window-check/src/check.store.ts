import type { CheckIdentity } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { KeptCard } from './check-feedback.rules.ts';

/** A subject of a check as it is kept: persons sealed, never readable. */
export interface KeptSubject {
  readonly role: string;
  readonly subjectId: string | null;
  readonly identity: CheckIdentity;
  readonly nameMasked: string | null;
  readonly usccCode: string | null;
  readonly sealed: string | null;
}
export interface CheckRow {
  readonly id: string;
  readonly number: string;
  readonly department_code: string;
  readonly matter_code: string;
  readonly case_no: string | null;
  readonly principal_id: string;
  readonly operator_id: string | null;
  readonly asked_at: Date;
  readonly subjects: readonly KeptSubject[];
  readonly cards: readonly KeptCard[];
  readonly degraded: boolean;
  readonly back_check_of: string | null;
}
export interface CaseOf {
  readonly departmentCode: string;
  readonly matterCode: string;
  readonly caseNo: string;
}
export interface KeptAnswer {
  readonly promptKey: string;
  readonly outcome: 'accepted' | 'overridden';
  readonly decidedAt: Date;
}
export interface DecisionRow {
  readonly id: string;
  readonly checkId: string;
  readonly promptId: string;
  readonly promptKey: string;
  readonly caseNo: string | null;
  readonly matterCode: string;
  readonly departmentCode: string;
  readonly outcome: 'accepted' | 'overridden';
  readonly appliedMeasureCodes: readonly string[];
  readonly reason: string | null;
  readonly comment: string | null;
  readonly decidedBy: string;
  readonly decidedAt: Date;
}

const caseKey = (one: CaseOf) => JSON.stringify([one.departmentCode, one.matterCode, one.caseNo]);

/** Checks and what clerks decided. */
@Injectable()
export class CheckStore {
  async takeNumbers(tx: Transaction, count: number): Promise<number[]> {
    const rows = await tx.query<{ number: number }>("SELECT nextval('check_number') AS number FROM generate_series(1, $1)", [count]);
    return rows.map((row) => row.number);
  }

  async insert(tx: Transaction, rows: readonly CheckRow[]): Promise<void> {
    await tx.execute(
      `INSERT INTO window_check (id, number, department_code, matter_code, case_no, principal_id, operator_id, asked_at, subjects, cards, degraded, back_check_of)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::jsonb[],
         $10::jsonb[], $11::boolean[], $12::uuid[])`,
      [
        rows.map((row) => row.id),
        rows.map((row) => row.number),
        rows.map((row) => row.department_code),
        rows.map((row) => row.matter_code),
        rows.map((row) => row.case_no),
        rows.map((row) => row.principal_id),
        rows.map((row) => row.operator_id),
        rows.map((row) => row.asked_at.toISOString()),
        rows.map((row) => JSON.stringify(row.subjects)),
        rows.map((row) => JSON.stringify(row.cards)),
        rows.map((row) => row.degraded),
        rows.map((row) => row.back_check_of),
      ],
    );
  }

  async find(tx: Transaction, id: string): Promise<CheckRow | undefined> {
    return (await tx.query<CheckRow>('SELECT * FROM window_check WHERE id = $1', [id]))[0];
  }

  /** Newest first. */
  findPage(
    tx: Transaction,
    filter: { matterCode?: string | undefined; caseNo?: string | undefined },
    before: string | undefined,
    limit: number,
  ) {
    return tx.query<CheckRow>(
      `SELECT * FROM window_check WHERE ($1::uuid IS NULL OR id < $1) AND ($2::text IS NULL OR matter_code = $2) AND ($3::text IS NULL OR case_no = $3)
       ORDER BY id DESC LIMIT $4`,
      [before ?? null, filter.matterCode ?? null, filter.caseNo ?? null, limit],
    );
  }

  /** What was last decided about each prompt of these cases, by case and prompt. */
  async readAnswers(tx: Transaction, cases: readonly CaseOf[]): Promise<Map<string, Map<string, KeptAnswer>>> {
    const rows = await tx.query<{
      department_code: string;
      matter_code: string;
      case_no: string;
      prompt_key: string;
      outcome: KeptAnswer['outcome'];
      decided_at: Date;
    }>(
      `SELECT DISTINCT ON (department_code, matter_code, case_no, prompt_key) check_decision.* FROM check_decision
       JOIN unnest($1::text[], $2::text[], $3::text[]) AS wanted (department_code, matter_code, case_no) USING (department_code, matter_code, case_no)
       ORDER BY department_code, matter_code, case_no, prompt_key, decided_at DESC, id DESC`,
      [cases.map((one) => one.departmentCode), cases.map((one) => one.matterCode), cases.map((one) => one.caseNo)],
    );
    const byCase = new Map<string, Map<string, KeptAnswer>>();
    for (const row of rows) {
      const key = caseKey({ departmentCode: row.department_code, matterCode: row.matter_code, caseNo: row.case_no });
      const answers = byCase.get(key) ?? new Map<string, KeptAnswer>();
      answers.set(row.prompt_key, { promptKey: row.prompt_key, outcome: row.outcome, decidedAt: row.decided_at });
      byCase.set(key, answers);
    }
    return byCase;
  }

  answersOf(all: ReadonlyMap<string, Map<string, KeptAnswer>>, one: CaseOf): ReadonlyMap<string, KeptAnswer> {
    return all.get(caseKey(one)) ?? new Map();
  }

  findDecisions(tx: Transaction, checkId: string): Promise<{ prompt_id: string; outcome: KeptAnswer['outcome']; decided_at: Date }[]> {
    return tx.query('SELECT prompt_id, outcome, decided_at FROM check_decision WHERE check_id = $1 ORDER BY decided_at, id', [checkId]);
  }

  async insertDecisions(tx: Transaction, rows: readonly DecisionRow[]): Promise<void> {
    await tx.execute(
      `INSERT INTO check_decision (id, check_id, prompt_id, prompt_key, case_no, matter_code, department_code, outcome, applied_measure_codes, reason, comment,
         decided_by, decided_at)
       SELECT id, check_id, prompt_id, prompt_key, case_no, matter_code, department_code, outcome,
         CASE applied WHEN '' THEN '{}'::text[] ELSE string_to_array(applied, ',') END, reason, comment, decided_by, decided_at
       FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
         $12::text[], $13::timestamptz[])
         AS row (id, check_id, prompt_id, prompt_key, case_no, matter_code, department_code, outcome, applied, reason, comment, decided_by, decided_at)`,
      [
        rows.map((row) => row.id),
        rows.map((row) => row.checkId),
        rows.map((row) => row.promptId),
        rows.map((row) => row.promptKey),
        rows.map((row) => row.caseNo),
        rows.map((row) => row.matterCode),
        rows.map((row) => row.departmentCode),
        rows.map((row) => row.outcome),
        rows.map((row) => row.appliedMeasureCodes.join(',')),
        rows.map((row) => row.reason),
        rows.map((row) => row.comment),
        rows.map((row) => row.decidedBy),
        rows.map((row) => row.decidedAt.toISOString()),
      ],
    );
  }

  /** Takes the keys of requests: of each that was used before, the check it made. Callers hold no two of one (principal, key) in a call. */
  async takeKeys(
    tx: Transaction,
    keys: readonly { principalId: string; key: string; fingerprint: string; checkId: string }[],
  ): Promise<Map<string, { fingerprint: string; checkId: string }>> {
    const columns = [
      keys.map((key) => key.principalId),
      keys.map((key) => key.key),
      keys.map((key) => key.fingerprint),
      keys.map((key) => key.checkId),
    ];
    // The insert waits for a request in flight with the same key: after its commit this one finds its check.
    await tx.execute(
      `INSERT INTO check_key (principal_id, key, fingerprint, check_id)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[]) AS row (principal_id, key, fingerprint, check_id)
       ORDER BY principal_id, key ON CONFLICT DO NOTHING`,
      columns,
    );
    const rows = await tx.query<{ principal_id: string; key: string; fingerprint: string; check_id: string }>(
      `SELECT check_key.* FROM check_key JOIN unnest($1::text[], $2::text[]) AS wanted (principal_id, key) USING (principal_id, key)`,
      columns.slice(0, 2),
    );
    return new Map(rows.map((row) => [`${row.principal_id}\n${row.key}`, { fingerprint: row.fingerprint, checkId: row.check_id }]));
  }

  dropKeysBefore(tx: Transaction, before: Date): Promise<number> {
    return tx.execute('DELETE FROM check_key WHERE asked_at < $1', [before]);
  }
}
