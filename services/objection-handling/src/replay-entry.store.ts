import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { HeardEntry, HeardPlan } from './replay-entry.rules.ts';

/** An entry that may be replayed, as it is known from events. */
export interface ReplayableEntry {
  readonly entry_id: string;
  readonly subject_key: string;
  readonly subject_id: string;
  readonly number: string;
  readonly list_code: string;
  readonly designating_department: string;
  readonly grade: string | null;
  readonly valid_to: string | null;
}

/** Which entries a scope holds; exactly one way of looking them up is given. */
export interface EntryScope {
  readonly entryId?: string | undefined;
  readonly subjectId?: string | undefined;
  readonly catalogueVersion?: number | undefined;
  readonly period?:
    | {
        readonly activatedFrom: string;
        readonly activatedTo: string;
        readonly listCode?: string | undefined;
        readonly designatingDepartment?: string | undefined;
      }
    | undefined;
}

/** All SQL of the copy in which scopes of replays are looked up. */
@Injectable()
export class ReplayEntryStore {
  /** Entries of a scope in the order of their ids; a subject's are its own, those of subjects merged into it, and those that name it as a party. */
  async find(tx: Transaction, scope: EntryScope, limit: number): Promise<ReplayableEntry[]> {
    return tx.query<ReplayableEntry>(
      `WITH RECURSIVE same (subject_id) AS (
         SELECT $2::uuid UNION SELECT merger.subject_id FROM same JOIN journal_merger AS merger ON merger.merged_into = same.subject_id
       )
       SELECT entry_id, subject_key, subject_id, number, list_code, designating_department, grade, valid_to FROM replay_entry
       WHERE version > 0 AND ($1::uuid IS NULL OR entry_id = $1)
         AND ($2::uuid IS NULL OR subject_key IN (SELECT subject_id::text FROM same)
           OR entry_id IN (SELECT party.entry_id FROM journal_party AS party JOIN same USING (subject_id)))
         AND ($3::integer IS NULL OR catalogue_version = $3)
         AND ($4::date IS NULL OR activated_on BETWEEN $4 AND $5::date)
         AND ($6::text IS NULL OR list_code = $6) AND ($7::text IS NULL OR designating_department = $7)
       ORDER BY entry_id LIMIT $8`,
      [
        ...[scope.entryId ?? null, scope.subjectId ?? null, scope.catalogueVersion ?? null],
        ...[scope.period?.activatedFrom ?? null, scope.period?.activatedTo ?? null],
        ...[scope.period?.listCode ?? null, scope.period?.designatingDepartment ?? null, limit],
      ],
    );
  }

  async findMany(tx: Transaction, entryIds: readonly string[]): Promise<Map<string, ReplayableEntry>> {
    const rows = await tx.query<ReplayableEntry>('SELECT * FROM replay_entry WHERE entry_id = ANY($1::uuid[])', [entryIds]);
    return new Map(rows.map((row) => [row.entry_id, row]));
  }

  /** Saves what was heard; what an event does not say stays, an older version changes nothing. */
  async saveEntries(tx: Transaction, heard: readonly HeardEntry[]): Promise<void> {
    await tx.execute(
      `INSERT INTO replay_entry (entry_id, version, subject_key, subject_id, number, list_code, designating_department, activated_on, grade, valid_to)
       SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::date[], $9::text[], $10::date[])
       ON CONFLICT (entry_id) DO UPDATE SET version = excluded.version, subject_key = excluded.subject_key, subject_id = excluded.subject_id,
         number = excluded.number, list_code = excluded.list_code, designating_department = excluded.designating_department,
         activated_on = coalesce(excluded.activated_on, replay_entry.activated_on), grade = coalesce(excluded.grade, replay_entry.grade),
         valid_to = CASE WHEN excluded.grade IS NULL THEN replay_entry.valid_to ELSE excluded.valid_to END
       WHERE replay_entry.version < excluded.version`,
      [
        heard.map((one) => one.entryId),
        heard.map((one) => one.version),
        heard.map((one) => one.subjectKey),
        heard.map((one) => one.subjectId),
        heard.map((one) => one.number),
        heard.map((one) => one.listCode),
        heard.map((one) => one.designatingDepartment),
        heard.map((one) => one.activatedOn),
        heard.map((one) => one.grade),
        heard.map((one) => one.validTo),
      ],
    );
  }

  async savePlans(tx: Transaction, heard: readonly HeardPlan[]): Promise<void> {
    await tx.execute(
      `INSERT INTO replay_entry (entry_id, plan_version, catalogue_version) SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::integer[])
       ON CONFLICT (entry_id) DO UPDATE SET plan_version = excluded.plan_version, catalogue_version = excluded.catalogue_version
       WHERE replay_entry.plan_version < excluded.plan_version`,
      [heard.map((one) => one.entryId), heard.map((one) => one.version), heard.map((one) => one.catalogueVersion)],
    );
  }
}
