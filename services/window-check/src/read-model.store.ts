import type { CatalogueMatter, CatalogueMeasure, CataloguePublished, EventData, subjectChanged } from '@lianxin/contracts';
import type { Database, Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { EntryReview, PlanBody, PlanRow } from './applicable.rules.ts';
import { type EntryState, type PlanParty, type PlanState, planKey } from './read-model.rules.ts';

export type SubjectState = EventData<typeof subjectChanged>;
export interface CatalogueRow {
  readonly version: number;
  readonly kind: 'MEASURE' | 'DEPARTMENT' | 'MATTER';
  readonly code: string;
  readonly body: CatalogueMeasure | CatalogueMatter | { readonly code: string; readonly nameZh: string };
}
export interface FoundSubject {
  readonly subjectId: string;
  readonly revision: number;
  readonly kind: string;
  readonly organisationName: string | null;
  readonly usccCode: string | null;
  readonly sealed: string | null;
  readonly idHash: string | null;
  readonly nameMasked: string | null;
}

/**
 * A revision is the moment of its change: one that a read model had before it was dropped and built anew, or restored from a copy, never comes again, so
 * nothing that a cache kept from then can be taken for now.
 */
const nowInMicroseconds = '(extract(epoch FROM transaction_timestamp()) * 1000000)::bigint';

/** These subjects get a new revision. Sorted, so that two transactions never wait for each other in a ring. */
export async function reviseSubjects(tx: Transaction, subjectIds: readonly string[]): Promise<void> {
  if (subjectIds.length === 0) return;
  await tx.execute(
    `INSERT INTO subject_revision (subject_id, revision) SELECT DISTINCT subject_id, ${nowInMicroseconds} FROM unnest($1::uuid[]) AS subject_id ORDER BY 1
     ON CONFLICT (subject_id) DO UPDATE SET revision = greatest(subject_revision.revision + 1, excluded.revision)`,
    [subjectIds],
  );
}

/** Two questions in one: a check waits for each way to the server. */
const lookSql = {
  name: 'check_look',
  text: `SELECT ARRAY (SELECT nextval('check_number')::integer FROM generate_series(1, $3::integer)) AS numbers,
    coalesce((SELECT json_agg(json_build_object('subjectId', subject_id, 'revision', coalesce(revision, 0), 'kind', kind,
        'organisationName', organisation_name, 'usccCode', uscc_code, 'sealed', sealed, 'idHash', id_hash, 'nameMasked', name_masked))
      FROM (
        SELECT * FROM subject_copy WHERE uscc_code = ANY ($1::text[]) UNION ALL SELECT * FROM subject_copy WHERE id_hash = ANY ($2::text[])
      ) AS subject_copy LEFT JOIN subject_revision USING (subject_id)), '[]') AS subjects`,
};

/** The read model: written by consumers only, read by every check. */
@Injectable()
export class ReadModelStore {
  async addCatalogueRows(tx: Transaction, rows: readonly CataloguePublished[]): Promise<void> {
    const bodies = rows.map(({ row }) => (row.kind === 'MEASURE' ? row.measure : row.kind === 'DEPARTMENT' ? row.department : row.matter));
    await tx.execute(
      `INSERT INTO catalogue_row (version, row_number, row_count, kind, code, body)
       SELECT * FROM unnest($1::integer[], $2::integer[], $3::integer[], $4::text[], $5::text[], $6::jsonb[]) ON CONFLICT DO NOTHING`,
      [
        rows.map((row) => row.version),
        rows.map((row) => row.rowNumber),
        rows.map((row) => row.rowCount),
        rows.map((row) => row.row.kind),
        bodies.map((body) => body.code),
        bodies.map((body) => JSON.stringify(body)),
      ],
    );
  }

  /** How many rows of each version have come, and how many there are. */
  readCatalogueVersions(tx: Transaction): Promise<{ version: number; come: number; rows: number }[]> {
    return tx.query('SELECT version, count(*) AS come, max(row_count) AS rows FROM catalogue_row GROUP BY version ORDER BY version');
  }

  readCatalogue(tx: Transaction, version: number): Promise<CatalogueRow[]> {
    return tx.query('SELECT version, kind, code, body FROM catalogue_row WHERE version = $1 ORDER BY row_number', [version]);
  }

  /** Keeps the newest state of each subject; older ones never overwrite. */
  async upsertSubjects(tx: Transaction, subjects: readonly SubjectState[]): Promise<void> {
    const newest = new Map<string, SubjectState>();
    for (const subject of subjects)
      if ((newest.get(subject.subjectId)?.version ?? 0) < subject.version) newest.set(subject.subjectId, subject);
    const rows = [...newest.values()].sort((a, b) => (a.subjectId < b.subjectId ? -1 : 1));
    await tx.execute(
      `INSERT INTO subject_copy (subject_id, version, kind, organisation_name, uscc_code, sealed, id_hash, name_masked)
       SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
       ON CONFLICT (subject_id) DO UPDATE SET version = excluded.version, kind = excluded.kind, organisation_name = excluded.organisation_name,
         uscc_code = excluded.uscc_code, sealed = excluded.sealed, id_hash = excluded.id_hash, name_masked = excluded.name_masked
       WHERE subject_copy.version < excluded.version`,
      [
        rows.map((row) => row.subjectId),
        rows.map((row) => row.version),
        rows.map((row) => row.kind),
        rows.map((row) => row.organisation?.name ?? null),
        rows.map((row) => row.organisation?.usccCode ?? null),
        rows.map((row) => row.person?.sealed ?? null),
        rows.map((row) => row.person?.idHash ?? null),
        rows.map((row) => row.person?.nameMasked ?? null),
      ],
    );
  }

  async readPlans(tx: Transaction, keys: readonly { entryId: string; activationNo: number }[]): Promise<Map<string, PlanState>> {
    const rows = await tx.query<{
      entry_id: string;
      activation_no: number;
      plan_id: string;
      plan_version: number;
      status: PlanRow['status'];
      hold_cause: PlanRow['holdCause'];
      body: PlanBody | null;
    }>(
      `SELECT plan.* FROM plan JOIN unnest($1::uuid[], $2::integer[]) AS wanted (entry_id, activation_no) USING (entry_id, activation_no)
       ORDER BY entry_id, activation_no FOR UPDATE OF plan`,
      [keys.map((key) => key.entryId), keys.map((key) => key.activationNo)],
    );
    return new Map(
      rows.map((row) => {
        const plan = {
          entryId: row.entry_id,
          activationNo: row.activation_no,
          planId: row.plan_id,
          planVersion: row.plan_version,
          status: row.status,
          holdCause: row.hold_cause,
          body: row.body,
        };
        return [planKey(plan), plan];
      }),
    );
  }

  async upsertPlans(tx: Transaction, plans: readonly PlanState[]): Promise<void> {
    await tx.execute(
      `INSERT INTO plan (entry_id, activation_no, plan_id, plan_version, status, hold_cause, body)
       SELECT * FROM unnest($1::uuid[], $2::integer[], $3::uuid[], $4::integer[], $5::text[], $6::text[], $7::jsonb[])
       ON CONFLICT (entry_id, activation_no) DO UPDATE SET plan_version = excluded.plan_version, status = excluded.status,
         hold_cause = excluded.hold_cause, body = excluded.body`,
      [
        plans.map((plan) => plan.entryId),
        plans.map((plan) => plan.activationNo),
        plans.map((plan) => plan.planId),
        plans.map((plan) => plan.planVersion),
        plans.map((plan) => plan.status),
        plans.map((plan) => plan.holdCause),
        plans.map((plan) => (plan.body === null ? null : JSON.stringify(plan.body))),
      ],
    );
  }

  async insertParties(tx: Transaction, parties: readonly PlanParty[]): Promise<void> {
    await tx.execute(
      `INSERT INTO plan_party (entry_id, activation_no, party_id, subject_id, role, measure_codes)
       SELECT entry_id, activation_no, party_id, subject_id, role, string_to_array(codes, ',')
       FROM unnest($1::uuid[], $2::integer[], $3::uuid[], $4::uuid[], $5::text[], $6::text[])
         AS party (entry_id, activation_no, party_id, subject_id, role, codes) ON CONFLICT DO NOTHING`,
      [
        parties.map((party) => party.entryId),
        parties.map((party) => party.activationNo),
        parties.map((party) => party.partyId),
        parties.map((party) => party.subjectId),
        parties.map((party) => party.role),
        parties.map((party) => party.measureCodes.join(',')),
      ],
    );
  }

  /** Plans that are said anew. @returns whoever was their party, also who no longer is */
  dropPlanParties(tx: Transaction, plans: readonly { entryId: string; activationNo: number }[]): Promise<{ subject_id: string }[]> {
    return tx.query(
      `DELETE FROM plan_party USING unnest($1::uuid[], $2::integer[]) AS again (entry_id, activation_no)
       WHERE plan_party.entry_id = again.entry_id AND plan_party.activation_no = again.activation_no RETURNING subject_id`,
      [plans.map((plan) => plan.entryId), plans.map((plan) => plan.activationNo)],
    );
  }

  /** Parties for whom a plan has ended (T22) leave it. @returns who they are */
  dropParties(tx: Transaction, partyIds: readonly string[]): Promise<{ subject_id: string }[]> {
    return tx.query('DELETE FROM plan_party WHERE party_id = ANY ($1::uuid[]) RETURNING subject_id', [partyIds]);
  }

  /** Newest state of each entry; a decision once told stays told. What never had effect here (R-2-16) is not begun by a mark. */
  async upsertEntries(tx: Transaction, entries: readonly EntryState[]): Promise<void> {
    await this.saveMarks(
      tx,
      entries.filter((entry) => entry.status === null),
    );
    await this.saveStates(
      tx,
      entries.filter((entry) => entry.status !== null),
    );
  }

  private async saveMarks(tx: Transaction, entries: readonly EntryState[]): Promise<void> {
    if (entries.length === 0) return;
    await tx.execute(
      `UPDATE entry_seen SET entry_version = told.entry_version, review = coalesce(told.review, entry_seen.review),
         disputed = coalesce(told.disputed, entry_seen.disputed)
       FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::boolean[]) AS told (entry_id, entry_version, review, disputed)
       WHERE entry_seen.entry_id = told.entry_id AND entry_seen.entry_version < told.entry_version`,
      [
        entries.map((entry) => entry.entryId),
        entries.map((entry) => entry.entryVersion),
        entries.map((entry) => entry.review),
        entries.map((entry) => entry.disputed),
      ],
    );
  }

  private async saveStates(tx: Transaction, entries: readonly EntryState[]): Promise<void> {
    if (entries.length === 0) return;
    await tx.execute(
      `INSERT INTO entry_seen (entry_id, entry_version, activation_no, status, decision_number, decision_date, disputed, unconfirmed, review)
       SELECT * FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::text[], $5::text[], $6::date[], $7::boolean[], $8::boolean[], $9::text[])
       ON CONFLICT (entry_id) DO UPDATE SET
         entry_version = greatest(entry_seen.entry_version, excluded.entry_version),
         activation_no = CASE WHEN excluded.entry_version > entry_seen.entry_version THEN excluded.activation_no ELSE entry_seen.activation_no END,
         status = CASE WHEN excluded.entry_version > entry_seen.entry_version THEN excluded.status ELSE entry_seen.status END,
         disputed = CASE WHEN excluded.entry_version > entry_seen.entry_version THEN coalesce(excluded.disputed, entry_seen.disputed)
           ELSE entry_seen.disputed END,
         unconfirmed = CASE WHEN excluded.entry_version > entry_seen.entry_version THEN coalesce(excluded.unconfirmed, entry_seen.unconfirmed)
           ELSE entry_seen.unconfirmed END,
         review = CASE WHEN excluded.entry_version > entry_seen.entry_version THEN coalesce(excluded.review, entry_seen.review)
           ELSE entry_seen.review END,
         decision_number = coalesce(excluded.decision_number, entry_seen.decision_number),
         decision_date = coalesce(excluded.decision_date, entry_seen.decision_date)`,
      [
        entries.map((entry) => entry.entryId),
        entries.map((entry) => entry.entryVersion),
        entries.map((entry) => entry.activationNo),
        entries.map((entry) => entry.status),
        entries.map((entry) => entry.decisionNumber),
        entries.map((entry) => entry.decisionDate),
        entries.map((entry) => entry.disputed),
        entries.map((entry) => entry.unconfirmed),
        entries.map((entry) => entry.review),
      ],
    );
  }

  /**
   * Every party of these entries gets a new revision, and these subjects beside. Once in a transaction and sorted, so that two batches that share persons
   * never wait for each other in a ring.
   */
  async revise(tx: Transaction, entryIds: readonly string[], subjectIds: readonly string[]): Promise<void> {
    await tx.execute(
      `INSERT INTO subject_revision (subject_id, revision)
       SELECT subject_id, ${nowInMicroseconds} FROM (
         SELECT subject_id FROM plan_party WHERE entry_id = ANY ($1::uuid[]) UNION SELECT unnest($2::uuid[])) AS concerned ORDER BY subject_id
       ON CONFLICT (subject_id) DO UPDATE SET revision = greatest(subject_revision.revision + 1, excluded.revision)`,
      [entryIds, subjectIds],
    );
  }

  /**
   * The subjects behind these codes and hashes as they are now, and as many slip numbers; a code may belong to several copies only by error of the
   * register.
   */
  async look(
    database: Database,
    wanted: { codes: readonly string[]; hashes: readonly string[]; numbers: number },
  ): Promise<{ subjects: FoundSubject[]; numbers: number[] }> {
    const [row] = await database.consumerStatement<{ subjects: FoundSubject[]; numbers: number[] }>(lookSql, [
      wanted.codes,
      wanted.hashes,
      wanted.numbers,
    ]);
    return row ?? { subjects: [], numbers: [] };
  }

  /** What may apply to these subjects, by subject. */
  async readRows(tx: Transaction, subjectIds: readonly string[]): Promise<Map<string, PlanRow[]>> {
    const rows = await tx.query<{
      subject_id: string;
      entry_id: string;
      activation_no: number;
      plan_id: string;
      plan_version: number;
      status: PlanRow['status'];
      hold_cause: PlanRow['holdCause'];
      role: PlanRow['role'];
      measure_codes: string[];
      body: PlanBody;
      entry_status: string | null;
      entry_activation_no: number | null;
      disputed: boolean | null;
      unconfirmed: boolean | null;
      review: EntryReview | 'NONE' | null;
      decision_number: string | null;
      doubted_by: PlanRow['doubtedBy'];
    }>(
      `SELECT plan_party.subject_id, plan.*, plan_party.role, plan_party.measure_codes,
         entry_seen.status AS entry_status, entry_seen.activation_no AS entry_activation_no, entry_seen.disputed,
         entry_seen.unconfirmed, entry_seen.review, entry_seen.decision_number,
         ARRAY (SELECT json_build_object('departmentCode', department_code, 'at', to_char(reported_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
           FROM window_doubt WHERE window_doubt.subject_id = plan_party.subject_id AND window_doubt.entry_id = plan.entry_id AND verdict IS NULL) AS doubted_by
       FROM plan_party JOIN plan USING (entry_id, activation_no) LEFT JOIN entry_seen USING (entry_id)
       WHERE plan_party.subject_id = ANY ($1::uuid[]) AND plan.status <> 'ENDED' AND plan.body IS NOT NULL
       ORDER BY plan_party.subject_id, plan.entry_id, plan.activation_no, plan_party.party_id`,
      [subjectIds],
    );
    const bySubject = new Map<string, PlanRow[]>();
    for (const row of rows) {
      const entry =
        row.entry_status === null
          ? null
          : {
              status: row.entry_status,
              activationNo: row.entry_activation_no ?? 0,
              disputed: row.disputed === true,
              unconfirmed: row.unconfirmed === true,
              review: row.review === 'NONE' ? null : row.review,
              decisionNumber: row.decision_number,
            };
      const one: PlanRow = {
        entryId: row.entry_id,
        planId: row.plan_id,
        planVersion: row.plan_version,
        activationNo: row.activation_no,
        status: row.status,
        holdCause: row.hold_cause,
        role: row.role,
        measureCodes: row.measure_codes,
        body: row.body,
        entry,
        doubtedBy: row.doubted_by,
      };
      bySubject.set(row.subject_id, [...(bySubject.get(row.subject_id) ?? []), one]);
    }
    return bySubject;
  }
}
