import type {
  ObjectionCapacity,
  ObjectionDeadlineKind,
  ObjectionEffect,
  ObjectionKind,
  ObjectionOutcome,
  ObjectionStatus,
} from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { ObjectionAction } from './objection.rules.ts';
import type { Deadline } from './objection-deadline.rules.ts';

export interface StoredProposal {
  readonly outcome: ObjectionOutcome;
  readonly effect: ObjectionEffect;
  readonly errorSource: 'PLATFORM' | 'SOURCE' | null;
  readonly documentNo: string;
  readonly reasons: string;
  readonly validTo: string | null;
  readonly correctedFields: string[];
  readonly proposedBy: string;
  readonly proposedOn: string;
}
export interface StoredDecision extends StoredProposal {
  readonly approvedBy: string;
  readonly decidedOn: string;
  readonly stillDisputed: boolean;
}

export interface Proofs {
  readonly identityProof: { readonly documentNo: string; readonly how: string } | null;
  readonly authority: { readonly documentNo: string; readonly validTo: string | null } | null;
  readonly relationProof: { readonly documentNo: string } | null;
}
export interface Evidence {
  readonly title: string;
  readonly sha256: string;
  readonly fileId: string | null;
}

/** One objection; what changes is the fold of its facts. */
export interface ObjectionRow {
  readonly id: string;
  version: number;
  readonly number: string;
  status: ObjectionStatus;
  readonly subject_id: string;
  readonly subject_key: string;
  readonly target_kind: 'LIST_ENTRY' | 'PUBLIC_RECORD';
  readonly target_id: string;
  readonly target_number: string;
  readonly list_code: string | null;
  readonly task_id: string | null;
  readonly source_department: string;
  readonly received_by: string | null;
  readonly channel: 'CREDIT_CHINA' | 'PLATFORM' | 'WINDOW' | 'DEPARTMENT';
  readonly capacity: ObjectionCapacity;
  readonly kinds: ObjectionKind[];
  readonly received_on: string;
  readonly applicant_sealed: string;
  readonly applicant_masked: string;
  readonly applicant_hash: string;
  proofs: Proofs;
  evidence: Evidence[];
  readonly repeat_of: string | null;
  marked_on: string | null;
  clock_stopped_on: string | null;
  extended: boolean;
  proposal: StoredProposal | null;
  decision: StoredDecision | null;
  answer: { readonly documentNo: string; readonly method: string; readonly answeredOn: string } | null;
  restorations: number;
}

export interface FactRow {
  readonly objection_id: string;
  readonly version: number;
  readonly action: ObjectionAction | 'SUBMIT';
  readonly from_status: ObjectionStatus | null;
  readonly to_status: ObjectionStatus;
  readonly at: Date;
  readonly actor: string;
  readonly unit: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface DeadlineRow {
  readonly objection_id: string;
  readonly kind: ObjectionDeadlineKind;
  readonly due_on: string;
  readonly met_on: string | null;
  readonly missed_on: string | null;
}

export interface PageFilter {
  readonly status?: readonly ObjectionStatus[] | undefined;
  readonly sourceDepartment?: string | undefined;
  readonly subjectId?: string | undefined;
  readonly targetId?: string | undefined;
  readonly number?: string | undefined;
}

const json = (value: unknown) => (value === null ? null : JSON.stringify(value));

/** All SQL of objections. */
@Injectable()
export class ObjectionStore {
  async nextNumber(tx: Transaction, year: number): Promise<string> {
    const [row] = await tx.query<{ last: number }>(
      `INSERT INTO objection_number (year, last) VALUES ($1, 1) ON CONFLICT (year) DO UPDATE SET last = objection_number.last + 1 RETURNING last`,
      [year],
    );
    return `LYG-YY-${year}-${String(row?.last ?? 0).padStart(6, '0')}`;
  }

  async insert(tx: Transaction, row: ObjectionRow): Promise<void> {
    await tx.execute(
      `INSERT INTO objection (id, version, number, status, subject_id, subject_key, target_kind, target_id, target_number, list_code, task_id,
         source_department, received_by, channel, capacity, kinds, received_on, applicant_sealed, applicant_masked, applicant_hash, proofs, evidence, repeat_of)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`,
      [
        ...[row.id, row.version, row.number, row.status, row.subject_id, row.subject_key, row.target_kind, row.target_id],
        ...[row.target_number, row.list_code, row.task_id, row.source_department, row.received_by, row.channel, row.capacity],
        ...[row.kinds, row.received_on, row.applicant_sealed, row.applicant_masked, row.applicant_hash],
        ...[json(row.proofs), json(row.evidence), row.repeat_of],
      ],
    );
  }

  async update(tx: Transaction, row: ObjectionRow): Promise<void> {
    await tx.execute(
      `UPDATE objection SET version = $2, status = $3, proofs = $4, evidence = $5, marked_on = $6, clock_stopped_on = $7, extended = $8, proposal = $9,
         decision = $10, answer = $11, restorations = $12 WHERE id = $1`,
      [
        ...[row.id, row.version, row.status, json(row.proofs), json(row.evidence), row.marked_on, row.clock_stopped_on, row.extended],
        ...[json(row.proposal), json(row.decision), json(row.answer), row.restorations],
      ],
    );
  }

  async addFact(tx: Transaction, fact: FactRow): Promise<void> {
    await tx.execute(
      `INSERT INTO objection_fact (objection_id, version, action, from_status, to_status, at, actor, unit, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        ...[fact.objection_id, fact.version, fact.action, fact.from_status, fact.to_status, fact.at, fact.actor, fact.unit],
        JSON.stringify(fact.detail),
      ],
    );
  }

  async setDeadlines(tx: Transaction, objectionId: string, deadlines: readonly Deadline[], at: Date): Promise<void> {
    await tx.execute(
      `INSERT INTO objection_deadline (objection_id, kind, due_on, counted_at)
       SELECT $1, kind, due_on, $4 FROM unnest($2::text[], $3::date[]) AS new (kind, due_on)
       ON CONFLICT (objection_id, kind) DO UPDATE SET due_on = excluded.due_on, counted_at = excluded.counted_at, met_on = NULL, missed_on = NULL`,
      [objectionId, deadlines.map((one) => one.kind), deadlines.map((one) => one.dueOn), at],
    );
  }

  async meetDeadlines(tx: Transaction, objectionId: string, kinds: readonly ObjectionDeadlineKind[], on: string): Promise<void> {
    await tx.execute('UPDATE objection_deadline SET met_on = $3 WHERE objection_id = $1 AND kind = ANY($2) AND met_on IS NULL', [
      objectionId,
      kinds,
      on,
    ]);
  }

  async missDeadline(tx: Transaction, objectionId: string, kind: ObjectionDeadlineKind, on: string): Promise<void> {
    await tx.execute('UPDATE objection_deadline SET missed_on = $3 WHERE objection_id = $1 AND kind = $2', [objectionId, kind, on]);
  }

  async findDeadlines(tx: Transaction, objectionIds: readonly string[]): Promise<DeadlineRow[]> {
    return tx.query<DeadlineRow>('SELECT * FROM objection_deadline WHERE objection_id = ANY($1::uuid[]) ORDER BY due_on, kind', [
      objectionIds,
    ]);
  }

  async findFacts(tx: Transaction, objectionId: string): Promise<FactRow[]> {
    return tx.query<FactRow>('SELECT * FROM objection_fact WHERE objection_id = $1 ORDER BY version', [objectionId]);
  }

  async find(tx: Transaction, id: string): Promise<ObjectionRow | undefined> {
    return (await tx.query<ObjectionRow>('SELECT * FROM objection WHERE id = $1', [id]))[0];
  }

  /** Objections to one thing, oldest first, whoever took them in. */
  async findByTarget(tx: Transaction, kind: string, ids: readonly string[]): Promise<ObjectionRow[]> {
    return tx.query<ObjectionRow>('SELECT * FROM objection WHERE target_kind = $1 AND target_id = ANY($2::uuid[]) ORDER BY id', [
      kind,
      ids,
    ]);
  }

  async findPage(
    tx: Transaction,
    filter: PageFilter,
    after: { receivedOn: string; id: string } | undefined,
    limit: number,
  ): Promise<ObjectionRow[]> {
    return tx.query<ObjectionRow>(
      `SELECT * FROM objection
       WHERE ($1::text[] IS NULL OR status = ANY($1)) AND ($2::text IS NULL OR source_department = $2) AND ($3::uuid IS NULL OR subject_id = $3)
         AND ($4::uuid IS NULL OR target_id = $4) AND ($5::text IS NULL OR number = $5)
         AND ($6::date IS NULL OR (received_on, id) < ($6, $7::uuid))
       ORDER BY received_on DESC, id DESC LIMIT $8`,
      [
        ...[filter.status ?? null, filter.sourceDepartment ?? null, filter.subjectId ?? null, filter.targetId ?? null],
        ...[filter.number ?? null, after?.receivedOn ?? null, after?.id ?? null, limit],
      ],
    );
  }

  /** Runs `work` past the borders of departments: what another objection to the same thing says decides whether the mark stays. */
  async acrossDepartments<Result>(tx: Transaction, work: () => Promise<Result>): Promise<Result> {
    const [before] = await tx.query<{ scope: string | null }>(`SELECT current_setting('lianxin.scope', true) AS scope`);
    await tx.query(`SELECT set_config('lianxin.scope', 'CITY', true)`);
    try {
      return await work();
    } finally {
      await tx.query(`SELECT set_config('lianxin.scope', $1, true)`, [before?.scope ?? '']);
    }
  }
}
