import type { Grade, PublicRecordKind, PublicRecordQuery, PublicRecordRequest, PublicRecordStatus, SubjectKind } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { type EndedAccess, endedRecordStatuses } from './ended-entry.rules.ts';

/** A row of `public_record`, in the words of its table. */
export interface PublicRecordRow {
  readonly id: string;
  readonly number: string;
  version: number;
  readonly kind: PublicRecordKind;
  status: PublicRecordStatus;
  reason: string | null;
  readonly department_code: string;
  readonly standard: '1.0' | '2.0';
  readonly source_key: string;
  readonly content_hash: string;
  subject_id: string | null;
  readonly subject_kind: SubjectKind;
  readonly subject_name: string | null;
  readonly subject_uscc: string | null;
  readonly subject_sealed: string | null;
  readonly subject_name_masked: string | null;
  readonly subject_id_masked: string | null;
  readonly other_numbers: Readonly<Record<string, string>>;
  readonly representative_sealed: string | null;
  readonly representative_masked: string | null;
  readonly document_name: string | null;
  readonly document_number: string | null;
  readonly decided_on: string;
  readonly authority_name: string;
  readonly authority_code: string | null;
  readonly source_name: string | null;
  readonly source_code: string | null;
  readonly grade: Grade | null;
  readonly content: Pick<PublicRecordRequest, 'penalty' | 'licence' | 'abnormal'>;
  readonly valid_from: string | null;
  readonly valid_to: string | null;
  public_until: string | null;
  /** The repair of a bankruptcy that hides it for the time of a plan (R-5-14). */
  hidden_by: string | null;
  readonly publish_due_on: string;
  published_on: string | null;
  withdraw_due_on: string | null;
  withdrawn_on: string | null;
  readonly term_provisional: boolean;
  readonly remark: string | null;
  readonly received_at: Date;
  readonly received_by: string;
}

export interface PublicRecordFactRow {
  readonly record_id: string;
  readonly version: number;
  readonly what: string;
  readonly from_status: PublicRecordStatus | null;
  readonly to_status: PublicRecordStatus;
  readonly at: Date;
  readonly actor: string;
  /** Never personal data. */
  readonly detail: Readonly<Record<string, unknown>>;
  readonly department_code: string;
}

export async function takeRecordNumbers(tx: Transaction, count: number): Promise<{ ids: string[]; numbers: number[] }> {
  const [row] = await tx.query<{ ids: string[] | null; numbers: number[] | null }>(
    `SELECT (SELECT array_agg(uuidv7()::text) FROM generate_series(1, 2 * $1)) AS ids,
            (SELECT array_agg(nextval('public_record_number')::integer) FROM generate_series(1, $1)) AS numbers`,
    [count],
  );
  return { ids: row?.ids ?? [], numbers: row?.numbers ?? [] };
}

/** Records that stand under these keys; what was withdrawn does not. */
export function findStandingRecords(tx: Transaction, department: string, sourceKeys: readonly string[]): Promise<PublicRecordRow[]> {
  return tx.query<PublicRecordRow>(
    `SELECT * FROM public_record WHERE department_code = $1 AND source_key = ANY ($2) AND status <> 'WITHDRAWN' ORDER BY id`,
    [department, sourceKeys],
  );
}

export function findRecords(tx: Transaction, ids: readonly string[]): Promise<PublicRecordRow[]> {
  return tx.query<PublicRecordRow>('SELECT * FROM public_record WHERE id = ANY ($1) ORDER BY id', [ids]);
}

/** Records of these subjects that stand as published. */
export function findPublishedRecords(tx: Transaction, subjectIds: readonly string[]): Promise<PublicRecordRow[]> {
  return tx.query<PublicRecordRow>(
    `SELECT * FROM public_record WHERE subject_id = ANY ($1) AND status = 'PUBLISHED' ORDER BY decided_on DESC, id LIMIT 500`,
    [subjectIds],
  );
}

/** Locked, because a record whose subject is not known has no lane of its own. */
export function lockRecords(tx: Transaction, ids: readonly string[]): Promise<PublicRecordRow[]> {
  return tx.query<PublicRecordRow>('SELECT * FROM public_record WHERE id = ANY ($1) ORDER BY id FOR UPDATE', [ids]);
}

export function findRecordFacts(tx: Transaction, ids: readonly string[]): Promise<PublicRecordFactRow[]> {
  return tx.query<PublicRecordFactRow>('SELECT * FROM public_record_fact WHERE record_id = ANY ($1) ORDER BY record_id, version', [ids]);
}

/** A page of what the caller may see, newest first. */
export function findRecordPage(
  tx: Transaction,
  filter: Omit<PublicRecordQuery, 'cursor' | 'limit'>,
  today: string,
  ended: EndedAccess,
  beforeId: string | undefined,
  limit: number,
): Promise<PublicRecordRow[]> {
  return tx.query<PublicRecordRow>(
    `SELECT * FROM public_record
     WHERE ($1::text IS NULL OR kind = $1) AND ($2::text[] IS NULL OR status = ANY ($2)) AND ($3::uuid IS NULL OR subject_id = $3)
       AND ($4::text IS NULL OR department_code = $4) AND ($5::date IS NULL OR decided_on >= $5) AND ($6::date IS NULL OR decided_on < $6)
       AND ($7::boolean IS NULL OR $7 = (coalesce(published_on, CASE status WHEN 'CHECKING' THEN $8::date END) > publish_due_on
             OR coalesce(withdrawn_on > withdraw_due_on, false)) IS TRUE)
       AND ($9::uuid IS NULL OR id < $9)
       -- R-7-1a: see mayReadRecord.
       AND (kind = 'LICENCE' OR status <> ALL($11) OR $12 OR department_code = ANY($13))
     ORDER BY id DESC LIMIT $10`,
    [
      filter.kind ?? null,
      filter.status ?? null,
      filter.subjectId ?? null,
      filter.department ?? null,
      filter.decidedFrom ?? null,
      filter.decidedTo ?? null,
      filter.late === undefined ? null : filter.late === 'true',
      today,
      beforeId ?? null,
      limit,
      endedRecordStatuses,
      ended.all,
      ended.departments,
    ],
  );
}

export async function insertRecords(tx: Transaction, rows: readonly PublicRecordRow[]): Promise<void> {
  await insertRows(tx, 'public_record', rows);
}

export async function insertRecordFacts(tx: Transaction, rows: readonly PublicRecordFactRow[]): Promise<void> {
  await insertRows(tx, 'public_record_fact', rows);
}

/** @throws Error when row security hides one of them */
export async function updateRecords(tx: Transaction, rows: readonly PublicRecordRow[]): Promise<void> {
  if (rows.length === 0) return;
  const changed = rows.map(
    ({ id, version, status, reason, subject_id, public_until, hidden_by, published_on, withdraw_due_on, withdrawn_on }) => {
      return { id, version, status, reason, subject_id, public_until, hidden_by, published_on, withdraw_due_on, withdrawn_on };
    },
  );
  const updated = await tx.execute(
    `UPDATE public_record SET version = new.version, status = new.status, reason = new.reason, subject_id = new.subject_id,
       public_until = new.public_until, hidden_by = new.hidden_by, published_on = new.published_on, withdraw_due_on = new.withdraw_due_on, withdrawn_on = new.withdrawn_on
     FROM jsonb_to_recordset($1::jsonb) AS new (id uuid, version integer, status text, reason text, subject_id uuid, public_until date, hidden_by uuid, published_on date,
       withdraw_due_on date, withdrawn_on date)
     WHERE public_record.id = new.id`,
    [JSON.stringify(changed)],
  );
  if (updated !== rows.length) throw new Error(`${rows.length - updated} of ${rows.length} public records could not be updated`);
}

async function insertRows(tx: Transaction, table: string, rows: readonly object[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(`INSERT INTO ${table} SELECT * FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`, [JSON.stringify(rows)]);
}
