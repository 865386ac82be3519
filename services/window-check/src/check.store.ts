import type { CheckIdentity } from '@lianxin/contracts';
import type { PreparedEvent } from '@lianxin/messaging';
import type { Database, Transaction } from '@lianxin/platform';
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

/** A check on its way into the record. */
export interface RecordedCheck {
  readonly row: CheckRow;
  /** Its Idempotency-Key, if it came with one. */
  readonly key: string | undefined;
  readonly fingerprint: string;
}

const answersSql = {
  name: 'check_answers',
  // LATERAL: one look into the index for each case, also under a plan that was made when the table was empty.
  text: `SELECT DISTINCT ON (department_code, matter_code, case_no, prompt_key) decision.*
    FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (department, matter, case_number)
    CROSS JOIN LATERAL (SELECT * FROM check_decision WHERE department_code = wanted.department AND matter_code = wanted.matter
      AND case_no = wanted.case_number) AS decision
    ORDER BY department_code, matter_code, case_no, prompt_key, decided_at DESC, id DESC`,
};
const recordChecks = {
  name: 'record_checks',
  text: 'SELECT place, fingerprint, check_id FROM record_checks($1::json, $2::json, $3::json)',
};

const caseKey = (one: CaseOf) => JSON.stringify([one.departmentCode, one.matterCode, one.caseNo]);

/** Checks and what clerks decided. */
@Injectable()
export class CheckStore {
  /**
   * Records checks with their events, and commits: those whose key was used before are not recorded but answered with the check that used it, by place.
   * @param checks no two of them with one (principal, key).
   */
  async record(
    database: Database,
    checks: readonly RecordedCheck[],
    events: readonly PreparedEvent[],
  ): Promise<Map<number, { fingerprint: string; checkId: string }>> {
    const used = await database.consumerStatement<{ place: number; fingerprint: string; check_id: string }>(recordChecks, [
      JSON.stringify(
        checks.flatMap(({ row, key, fingerprint }, index) =>
          key === undefined ? [] : [{ place: index + 1, id: row.id, principal_id: row.principal_id, key, fingerprint }],
        ),
      ),
      JSON.stringify(checks.map(({ row }) => row)),
      JSON.stringify(events),
    ]);
    return new Map(used.map((row) => [row.place - 1, { fingerprint: row.fingerprint, checkId: row.check_id }]));
  }

  async find(tx: Transaction, id: string): Promise<CheckRow | undefined> {
    return (await tx.query<CheckRow>('SELECT * FROM window_check WHERE id = $1', [id]))[0];
  }

  /** The check that made up for a registered one; when the registered one was recorded after all, that one. */
  async findBackCheck(tx: Transaction, registeredId: string, principalId: string): Promise<CheckRow | undefined> {
    const [row] = await tx.query<CheckRow>(
      `SELECT * FROM window_check WHERE id = $1 UNION ALL
       SELECT window_check.* FROM check_key JOIN window_check ON window_check.id = check_key.check_id
       WHERE check_key.principal_id = $2 AND check_key.key = $3 LIMIT 1`,
      [registeredId, principalId, `back-check:${registeredId}`],
    );
    return row;
  }

  /** The check that made up for a registered one, for whoever has its id. */
  async findMadeUpFor(tx: Transaction, registeredId: string): Promise<CheckRow | undefined> {
    return (await tx.query<CheckRow>('SELECT * FROM window_check WHERE back_check_of = $1 ORDER BY id LIMIT 1', [registeredId]))[0];
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
  async readAnswers(database: Database, cases: readonly CaseOf[]): Promise<Map<string, Map<string, KeptAnswer>>> {
    const rows = await database.consumerStatement<{
      department_code: string;
      matter_code: string;
      case_no: string;
      prompt_key: string;
      outcome: KeptAnswer['outcome'];
      decided_at: Date;
    }>(answersSql, [cases.map((one) => one.departmentCode), cases.map((one) => one.matterCode), cases.map((one) => one.caseNo)]);
    const byCase = new Map<string, Map<string, KeptAnswer>>();
    for (const row of rows) {
      const key = caseKey({ departmentCode: row.department_code, matterCode: row.matter_code, caseNo: row.case_no });
      const answers = byCase.get(key) ?? new Map<string, KeptAnswer>();
      answers.set(row.prompt_key, { promptKey: row.prompt_key, outcome: row.outcome, decidedAt: row.decided_at });
      byCase.set(key, answers);
    }
    return byCase;
  }

  answersOf(all: ReadonlyMap<string, Map<string, KeptAnswer>>, one: CaseOf | undefined): ReadonlyMap<string, KeptAnswer> {
    return (one === undefined ? undefined : all.get(caseKey(one))) ?? new Map();
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

  dropKeysBefore(tx: Transaction, before: Date): Promise<number> {
    return tx.execute('DELETE FROM check_key WHERE asked_at < $1', [before]);
  }
}
