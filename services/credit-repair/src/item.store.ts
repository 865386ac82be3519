import type { EventData, SubjectKind, subjectRegistered } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { ItemChange, ItemRow } from './item.rules.ts';

export interface SubjectRow {
  readonly id: string;
  readonly kind: SubjectKind;
  readonly name_shown: string;
  readonly name: string | null;
  readonly uscc_code: string | null;
}

export interface AssertionRow {
  readonly item_id: string;
  readonly code: string;
  readonly department_code: string;
  readonly document_no: string;
  readonly at: Date;
  readonly actor: string;
}

/** All SQL of the copy of records and subjects. */
@Injectable()
export class ItemStore {
  /** Writes a batch at once, sorted so that two batches never wait for each other in a ring; a row that is as new or newer stays. */
  async save(tx: Transaction, changes: readonly ItemChange[]): Promise<void> {
    const rows = [...changes].sort((a, b) => (a.id < b.id ? -1 : 1));
    await tx.execute(
      `INSERT INTO item (id, kind, number, subject_id, lane_key, department_code, version, status, activation_no, list_code, list_type, performed_on,
         end_ground, ended_at, disputed, in_review, grade, categories, fields, document_no, decided_on, public_from, term_end, origin_region)
       SELECT id, kind, number, "subjectId", "laneKey", "departmentCode", version, status, "activationNo", "listCode", "listType", "performedOn",
         "endGround", "endedAt", disputed, "inReview", body->>'grade', ARRAY(SELECT jsonb_array_elements_text(coalesce(nullif(body, 'null')->'categories', '[]'))),
         ARRAY(SELECT jsonb_array_elements_text(coalesce(nullif(body, 'null')->'fields', '[]'))),
         body->>'documentNo', (body->>'decidedOn')::date, (body->>'publicFrom')::date, (body->>'termEnd')::date, body->>'originRegion'
       FROM jsonb_to_recordset($1::jsonb) AS new (id uuid, kind text, number text, "subjectId" uuid, "laneKey" text, "departmentCode" text, version integer,
         status text, "activationNo" integer, "listCode" text, "listType" text, "performedOn" date, "endGround" text, "endedAt" timestamptz, disputed boolean, "inReview" boolean, body jsonb)
       ON CONFLICT (id) DO UPDATE SET version = excluded.version, status = excluded.status, activation_no = excluded.activation_no,
         subject_id = excluded.subject_id, department_code = excluded.department_code, performed_on = coalesce(excluded.performed_on, item.performed_on),
         end_ground = excluded.end_ground, disputed = coalesce(excluded.disputed, item.disputed),
         in_review = coalesce(excluded.in_review, item.in_review),
         -- What has ended, and is found wrong since, has not ended later.
         ended_at = CASE WHEN excluded.end_ground IS NOT NULL AND item.end_ground IS NOT NULL AND item.activation_no = excluded.activation_no
           THEN item.ended_at ELSE excluded.ended_at END,
         grade = CASE WHEN excluded.decided_on IS NULL THEN item.grade ELSE excluded.grade END,
         categories = CASE WHEN excluded.decided_on IS NULL THEN item.categories ELSE excluded.categories END,
         fields = CASE WHEN excluded.decided_on IS NULL THEN item.fields ELSE excluded.fields END,
         document_no = CASE WHEN excluded.decided_on IS NULL THEN item.document_no ELSE excluded.document_no END,
         -- Publicity that was interrupted by a revoked repair began when it first began.
         public_from = least(item.public_from, excluded.public_from),
         -- What is public again is judged anew (R-5-5).
         publicity_judged = CASE WHEN excluded.decided_on IS NULL THEN item.publicity_judged END,
         term_end = CASE WHEN excluded.decided_on IS NULL THEN item.term_end ELSE excluded.term_end END,
         origin_region = CASE WHEN excluded.decided_on IS NULL THEN item.origin_region ELSE excluded.origin_region END,
         decided_on = coalesce(excluded.decided_on, item.decided_on)
       WHERE item.version < excluded.version`,
      [JSON.stringify(rows)],
    );
  }

  async saveSubjects(tx: Transaction, subjects: readonly EventData<typeof subjectRegistered>[]): Promise<void> {
    const newest = new Map<string, EventData<typeof subjectRegistered>>();
    for (const subject of subjects)
      if ((newest.get(subject.subjectId)?.version ?? 0) < subject.version) newest.set(subject.subjectId, subject);
    const rows = [...newest.values()].sort((a, b) => (a.subjectId < b.subjectId ? -1 : 1));
    await tx.execute(
      `INSERT INTO subject_copy (id, version, kind, name_shown, name, uscc_code)
       SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[])
       ON CONFLICT (id) DO UPDATE SET version = excluded.version, kind = excluded.kind, name_shown = excluded.name_shown, name = excluded.name,
         uscc_code = excluded.uscc_code WHERE subject_copy.version < excluded.version`,
      [
        rows.map((row) => row.subjectId),
        rows.map((row) => row.version),
        rows.map((row) => row.kind),
        rows.map((row) => row.organisation?.name ?? row.person?.nameMasked ?? ''),
        rows.map((row) => row.organisation?.name ?? null),
        rows.map((row) => row.organisation?.usccCode ?? null),
      ],
    );
  }

  /** Records by id or of one subject, newest decision first; at most 200. Row security narrows what a request sees. */
  find(tx: Transaction, asked: { ids?: readonly string[]; subjectId?: string }): Promise<ItemRow[]> {
    return tx.query<ItemRow>(
      `SELECT * FROM item WHERE ($1::uuid[] IS NULL OR id = ANY ($1::uuid[])) AND ($2::uuid IS NULL OR subject_id = $2::uuid)
       ORDER BY decided_on DESC NULLS LAST, id LIMIT 200`,
      [asked.ids ?? null, asked.subjectId ?? null],
    );
  }

  async findSubject(tx: Transaction, asked: { id?: string; usccCode?: string }): Promise<SubjectRow | undefined> {
    const [row] = await tx.query<SubjectRow>(
      'SELECT id, kind, name_shown, name, uscc_code FROM subject_copy WHERE id = $1 OR uscc_code = $2 ORDER BY id LIMIT 1',
      [asked.id ?? null, asked.usccCode ?? null],
    );
    return row;
  }

  findSubjects(tx: Transaction, ids: readonly string[]): Promise<SubjectRow[]> {
    return tx.query<SubjectRow>('SELECT id, kind, name_shown, name, uscc_code FROM subject_copy WHERE id = ANY ($1::uuid[])', [ids]);
  }

  /** Penalties that were taken back, by the subject and document number on which an entry rests. */
  findWithdrawnBases(tx: Transaction, entryIds: readonly string[]): Promise<{ entry_id: string; number: string }[]> {
    return tx.query(
      `SELECT e.id AS entry_id, min(p.number) AS number FROM item e
       JOIN item p ON p.subject_id = e.subject_id AND p.document_no = e.document_no AND p.kind = 'PENALTY'
       WHERE e.id = ANY ($1::uuid[]) AND e.kind = 'LIST_ENTRY' AND p.end_ground IN ('DECISION_REVOKED', 'DECISION_CHANGED') GROUP BY e.id`,
      [entryIds],
    );
  }

  /** Entries in force that rest on a penalty: same subject, same document (R-5-11). */
  findEntriesOn(tx: Transaction, penaltyIds: readonly string[]): Promise<ItemRow[]> {
    return tx.query<ItemRow>(
      `SELECT e.* FROM item e JOIN item p ON p.subject_id = e.subject_id AND p.document_no = e.document_no AND p.kind = 'PENALTY'
       WHERE p.id = ANY ($1::uuid[]) AND e.kind = 'LIST_ENTRY' AND e.status IN ('ACTIVE', 'SUSPENDED') ORDER BY e.id LIMIT 50`,
      [penaltyIds],
    );
  }

  findAssertions(tx: Transaction, itemIds: readonly string[]): Promise<AssertionRow[]> {
    return tx.query<AssertionRow>('SELECT * FROM item_assertion WHERE item_id = ANY ($1::uuid[]) ORDER BY item_id, code', [itemIds]);
  }

  async addAssertion(tx: Transaction, row: AssertionRow): Promise<void> {
    await tx.execute(
      `INSERT INTO item_assertion (item_id, code, department_code, document_no, at, actor) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (item_id, code) DO NOTHING`,
      [row.item_id, row.code, row.department_code, row.document_no, row.at, row.actor],
    );
  }
}
