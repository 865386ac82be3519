import type { EntryStatus, Grade, ListEntryRequest, ListType, Origin, PartyRole, SubjectKind } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';

/** A row of `list_entry`, in the words of its table. */
export interface EntryRow {
  readonly id: string;
  readonly number: string;
  version: number;
  status: EntryStatus;
  reason: string | null;
  readonly activation_no: number;
  subject_id: string;
  readonly list_code: string;
  readonly list_version: number;
  readonly list_type: ListType;
  readonly origin: Origin;
  readonly batch_no: string | null;
  /** Region of a foreign designating unit (R-2-16); null for an entry of here. */
  readonly origin_region?: string | null;
  /** Of a foreign entry: whether it has effects here; null for one of here. */
  readonly recognised?: boolean | null;
  readonly source_record_id: string;
  readonly content_hash: string;
  readonly department_code: string;
  readonly level: 'CITY' | 'COUNTY';
  readonly region_code: string;
  readonly grade: Grade;
  readonly industry: string | null;
  readonly facts: string;
  readonly basis: ListEntryRequest['basis'];
  readonly conditions: ListEntryRequest['conditions'];
  readonly evidence: ListEntryRequest['evidence'];
  readonly decision_name: string;
  readonly decision_number: string;
  readonly decision_key: string;
  readonly decision_date: string;
  readonly notice: ListEntryRequest['notice'] | null;
  readonly service: ListEntryRequest['service'] | null;
  readonly public_notice: ListEntryRequest['publicNotice'] | null;
  activated_on: string | null;
  readonly valid_from: string;
  readonly valid_to: string | null;
  readonly received_at: Date;
  readonly received_by: string;
  /** Closed for its subject (T22), still in force against the persons whom the decision names. */
  parties_continue?: boolean | null;
}

export interface PartyRow {
  readonly id: string;
  readonly entry_id: string;
  readonly place: number;
  readonly subject_id: string;
  readonly role: PartyRole;
  readonly kind: SubjectKind;
  readonly named: boolean;
  readonly served: boolean;
  readonly notice_served_on: string | null;
  readonly decision_served_on: string | null;
  readonly department_code: string;
}

export interface FactRow {
  readonly entry_id: string;
  readonly version: number;
  readonly transition: string;
  readonly from_status: EntryStatus | null;
  readonly to_status: EntryStatus;
  readonly at: Date;
  readonly actor: string;
  /** Never personal data. */
  readonly detail: Readonly<Record<string, unknown>>;
  readonly department_code: string;
}

/** Ids and entry numbers for new rows. */
export async function takeNumbers(tx: Transaction, ids: number, entries: number): Promise<{ ids: string[]; numbers: number[] }> {
  const [row] = await tx.query<{ ids: string[] | null; numbers: number[] | null }>(
    `SELECT (SELECT array_agg(uuidv7()::text) FROM generate_series(1, $1)) AS ids,
            (SELECT array_agg(nextval('list_entry_number')::integer) FROM generate_series(1, $2)) AS numbers`,
    [ids, entries],
  );
  return { ids: row?.ids ?? [], numbers: row?.numbers ?? [] };
}

/** Entries by where they came from. LATERAL, so that each key is one look into the index however the table has grown since it was last analysed. */
export function findBySource(
  tx: Transaction,
  sources: readonly { departmentCode: string; origin: Origin; sourceRecordId: string }[],
): Promise<EntryRow[]> {
  return tx.query<EntryRow>(
    `SELECT entry.* FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (department_code, origin, source_record_id)
     CROSS JOIN LATERAL (SELECT * FROM list_entry WHERE list_entry.department_code = wanted.department_code AND list_entry.origin = wanted.origin
                           AND list_entry.source_record_id = wanted.source_record_id LIMIT 1) AS entry`,
    [
      sources.map((source) => source.departmentCode),
      sources.map((source) => source.origin),
      sources.map((source) => source.sourceRecordId),
    ],
  );
}

/** Entries of these subjects that stand in the way of the same decision or take part in the cross-check; undone ones do neither. */
export function findStanding(tx: Transaction, subjectIds: readonly string[]): Promise<EntryRow[]> {
  return tx.query<EntryRow>(
    `SELECT * FROM list_entry WHERE subject_id = ANY($1) AND status NOT IN ('NOT_DESIGNATED', 'EXCLUDED', 'CORRECTED') ORDER BY id`,
    [subjectIds],
  );
}

export function findEntries(tx: Transaction, ids: readonly string[]): Promise<EntryRow[]> {
  return tx.query<EntryRow>('SELECT * FROM list_entry WHERE id = ANY($1) ORDER BY id', [ids]);
}

export function findParties(tx: Transaction, entryIds: readonly string[]): Promise<PartyRow[]> {
  return tx.query<PartyRow>('SELECT * FROM list_entry_party WHERE entry_id = ANY($1) ORDER BY entry_id, place', [entryIds]);
}

export function findFacts(tx: Transaction, entryIds: readonly string[]): Promise<FactRow[]> {
  return tx.query<FactRow>('SELECT * FROM list_entry_fact WHERE entry_id = ANY($1) ORDER BY entry_id, version', [entryIds]);
}

/** A page of what the caller may see, newest first. */
export function findPage(
  tx: Transaction,
  filter: { listCode?: string | undefined; statuses?: readonly EntryStatus[] | undefined; subjectId?: string | undefined },
  beforeId: string | undefined,
  limit: number,
): Promise<EntryRow[]> {
  return tx.query<EntryRow>(
    `SELECT * FROM list_entry
     WHERE ($1::text IS NULL OR list_code = $1) AND ($2::text[] IS NULL OR status = ANY($2)) AND ($3::uuid IS NULL OR subject_id = $3)
       AND ($4::uuid IS NULL OR id < $4)
     ORDER BY id DESC LIMIT $5`,
    [filter.listCode ?? null, filter.statuses ?? null, filter.subjectId ?? null, beforeId ?? null, limit],
  );
}

export async function insertEntries(tx: Transaction, rows: readonly EntryRow[]): Promise<void> {
  await insertRows(tx, 'list_entry', rows);
}

export async function insertParties(tx: Transaction, rows: readonly PartyRow[]): Promise<void> {
  await insertRows(tx, 'list_entry_party', rows);
}

export async function insertFacts(tx: Transaction, rows: readonly FactRow[]): Promise<void> {
  await insertRows(tx, 'list_entry_fact', rows);
}

/**
 * Writes what steps change of entries that are already there.
 * @throws Error when row security hides one of them: a decision must not be kept by half.
 */
export async function updateEntries(tx: Transaction, rows: readonly EntryRow[]): Promise<void> {
  if (rows.length === 0) return;
  const updated = await tx.execute(
    `UPDATE list_entry SET version = new.version, status = new.status, reason = new.reason, activated_on = new.activated_on,
       parties_continue = new.parties_continue, subject_id = new.subject_id
     FROM jsonb_to_recordset($1::jsonb)
       AS new (id uuid, version integer, status text, reason text, activated_on date, parties_continue boolean, subject_id uuid)
     WHERE list_entry.id = new.id`,
    [
      JSON.stringify(
        rows.map(({ id, version, status, reason, activated_on, parties_continue, subject_id }) => ({
          id,
          version,
          status,
          reason,
          activated_on,
          parties_continue,
          subject_id,
        })),
      ),
    ],
  );
  if (updated !== rows.length) throw new Error(`${rows.length - updated} of ${rows.length} entries could not be updated`);
}

async function insertRows(tx: Transaction, table: string, rows: readonly object[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(`INSERT INTO ${table} SELECT * FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`, [JSON.stringify(rows)]);
}
