import type { EntryStatus, Grade, ListEntryRequest, ListType, Origin, PartyRole, SubjectKind } from '@lianxin/contracts';
import { ProblemError } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { type EndedAccess, endedStatuses } from './ended-entry.rules.ts';
import type { Procedure } from './procedure.rules.ts';

/** A row of `list_entry`, in the words of its table: submitted, so that it has a subject. What only a signed decision says is null until then. */
export interface EntryRow {
  readonly id: string;
  readonly number: string;
  version: number;
  status: EntryStatus;
  reason: string | null;
  activation_no: number;
  subject_id: string;
  readonly list_code: string;
  list_version: number;
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
  region_code: string;
  grade: Grade;
  industry: string | null;
  facts: string;
  basis: ListEntryRequest['basis'];
  conditions: ListEntryRequest['conditions'];
  evidence: ListEntryRequest['evidence'];
  decision_name: string | null;
  decision_number: string | null;
  decision_key: string | null;
  decision_date: string | null;
  notice: ListEntryRequest['notice'] | null;
  service: ListEntryRequest['service'] | null;
  public_notice: ListEntryRequest['publicNotice'] | null;
  activated_on: string | null;
  valid_from: string | null;
  valid_to: string | null;
  readonly received_at: Date;
  readonly received_by: string;
  /** The draft as it was typed, sealed, while it may still be changed. */
  draft_sealed: string | null;
  procedure: Procedure;
  listing_ground: string | null;
  /** An objection was accepted and is being verified (T13). */
  disputed: boolean;
  duties_performed_on: string | null;
  /** The entry that this one takes over from (T21). */
  supersedes: string | null;
  /** The honour that this one gives back (T20a). */
  readonly restores: string | null;
  /** Closed for its subject (T22), still in force against the persons whom the decision names. */
  parties_continue?: boolean | null;
}

/** An entry that was drafted and not submitted yet: nobody is listed by it, it has no subject in the register. */
export type DraftRow = Omit<EntryRow, 'subject_id' | 'region_code' | 'facts'> & {
  readonly subject_id: null;
  readonly region_code: string | null;
  readonly facts: string | null;
};

/**
 * The signed decision of an entry.
 * @throws ProblemError CONFLICT when none has been signed yet
 */
export function decisionOf(row: Pick<EntryRow, 'number' | 'decision_name' | 'decision_number' | 'decision_date'>): {
  name: string;
  number: string;
  date: string;
} {
  const { decision_name: name, decision_number: number, decision_date: date } = row;
  if (name === null || number === null || date === null) throw new ProblemError('CONFLICT', `${row.number} 尚未作出决定`);
  return { name, number, date };
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

/** Every entry of these subjects that ever was more than a proposal, also those that were undone. */
export function findAllOfSubjects(tx: Transaction, subjectIds: readonly string[]): Promise<EntryRow[]> {
  return tx.query<EntryRow>(`SELECT * FROM list_entry WHERE subject_id = ANY($1) AND status <> 'NOT_DESIGNATED' ORDER BY id`, [subjectIds]);
}

/** Black entries in force whose subject is the legal representative of this entry's subject, as the decision names or the register knows them. */
export function findRepresentativeBlackEntries(
  tx: Transaction,
  entryId: string,
  subjectId: string,
): Promise<{ list_code: string; number: string }[]> {
  return tx.query(
    `SELECT list_code, number FROM list_entry WHERE list_type = 'BLACK' AND status IN ('ACTIVE', 'SUSPENDED') AND subject_id IN (
       SELECT subject_id FROM list_entry_party WHERE entry_id = $1 AND role = 'LEGAL_REPRESENTATIVE' AND replaced IS NOT TRUE
       UNION SELECT person.id FROM subject JOIN subject person ON person.id_hash = subject.representative_hash WHERE subject.id = $2)
     ORDER BY number LIMIT 50`,
    [entryId, subjectId],
  );
}

/** Submitted entries; a draft is nobody's entry yet. */
export function findEntries(tx: Transaction, ids: readonly string[]): Promise<EntryRow[]> {
  return tx.query<EntryRow>('SELECT * FROM list_entry WHERE id = ANY($1) AND subject_id IS NOT NULL ORDER BY id', [ids]);
}

/** One entry, draft or not. */
export async function findStored(tx: Transaction, id: string): Promise<EntryRow | DraftRow | undefined> {
  const [row] = await tx.query<EntryRow | DraftRow>('SELECT * FROM list_entry WHERE id = $1', [id]);
  return row;
}

/** One entry, locked: drafts have no subject whose lane could be. */
export async function lockStored(tx: Transaction, id: string): Promise<EntryRow | DraftRow | undefined> {
  const [row] = await tx.query<EntryRow | DraftRow>('SELECT * FROM list_entry WHERE id = $1 FOR UPDATE', [id]);
  return row;
}

export function isDraft(row: EntryRow | DraftRow): row is DraftRow {
  return row.subject_id === null;
}

export function findParties(tx: Transaction, entryIds: readonly string[]): Promise<PartyRow[]> {
  return tx.query<PartyRow>('SELECT * FROM list_entry_party WHERE entry_id = ANY($1) AND replaced IS NOT TRUE ORDER BY entry_id, place', [
    entryIds,
  ]);
}

/** The parties of a submission that came back and goes again with others: they stay for the record, the entry has new ones. */
export async function replaceParties(tx: Transaction, entryId: string): Promise<void> {
  await tx.execute('UPDATE list_entry_party SET replaced = true WHERE entry_id = $1 AND replaced IS NOT TRUE', [entryId]);
}

export function findFacts(tx: Transaction, entryIds: readonly string[]): Promise<FactRow[]> {
  return tx.query<FactRow>('SELECT * FROM list_entry_fact WHERE entry_id = ANY($1) ORDER BY entry_id, version', [entryIds]);
}

/** A page of what the caller may see, newest first, drafts among them. */
export function findPage(
  tx: Transaction,
  filter: { listCode?: string | undefined; statuses?: readonly EntryStatus[] | undefined; subjectId?: string | undefined },
  ended: EndedAccess,
  beforeId: string | undefined,
  limit: number,
): Promise<(EntryRow | DraftRow)[]> {
  return tx.query<EntryRow | DraftRow>(
    `SELECT * FROM list_entry
     WHERE ($1::text IS NULL OR list_code = $1) AND ($2::text[] IS NULL OR status = ANY($2)) AND ($3::uuid IS NULL OR subject_id = $3)
       AND ($4::uuid IS NULL OR id < $4)
       -- R-7-1a: see mayReadEntry.
       AND (list_type = 'RED' OR parties_continue IS TRUE OR status <> ALL($6) OR $7 OR department_code = ANY($8) OR ($9 AND origin <> 'CITY'))
     ORDER BY id DESC LIMIT $5`,
    [
      filter.listCode ?? null,
      filter.statuses ?? null,
      filter.subjectId ?? null,
      beforeId ?? null,
      limit,
      endedStatuses,
      ended.all,
      ended.departments,
      ended.fromAbove,
    ],
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

/** What steps may change of an entry that is there. */
const changing = [
  'version integer',
  'status text',
  'reason text',
  'activation_no integer',
  'subject_id uuid',
  'list_version integer',
  'region_code text',
  'grade text',
  'industry text',
  'facts text',
  'basis jsonb',
  'conditions jsonb',
  'evidence jsonb',
  'decision_name text',
  'decision_number text',
  'decision_key text',
  'decision_date date',
  'notice jsonb',
  'service jsonb',
  'public_notice jsonb',
  'activated_on date',
  'valid_from date',
  'valid_to date',
  'parties_continue boolean',
  'draft_sealed text',
  'procedure jsonb',
  'listing_ground text',
  'disputed boolean',
  'duties_performed_on date',
  'supersedes uuid',
] as const;
const changingNames = changing.map((column) => column.split(' ', 1)[0] as keyof EntryRow);

export async function insertDraft(tx: Transaction, row: DraftRow): Promise<void> {
  await insertRows(tx, 'list_entry', [row]);
}

/** Writes a draft that was changed or withdrawn. */
export async function updateDraft(tx: Transaction, row: DraftRow | EntryRow): Promise<void> {
  await updateEntries(tx, [row]);
}

/**
 * Writes what steps change of entries that are already there.
 * @throws Error when row security hides one of them: a decision must not be kept by half.
 */
export async function updateEntries(tx: Transaction, rows: readonly (EntryRow | DraftRow)[]): Promise<void> {
  if (rows.length === 0) return;
  const updated = await tx.execute(
    `UPDATE list_entry SET ${changingNames.map((name) => `${name} = new.${name}`).join(', ')}
     FROM jsonb_to_recordset($1::jsonb) AS new (id uuid, ${changing.join(', ')}) WHERE list_entry.id = new.id`,
    [JSON.stringify(rows.map((row) => Object.fromEntries([['id', row.id], ...changingNames.map((name) => [name, row[name]])])))],
  );
  if (updated !== rows.length) throw new Error(`${rows.length - updated} of ${rows.length} entries could not be updated`);
}

/** Notes the proof of notice or service of named persons, and that the decision does not name one after all (R-2-15, §6.4). */
export async function updatePartyProofs(tx: Transaction, parties: readonly PartyRow[]): Promise<void> {
  if (parties.length === 0) return;
  await tx.execute(
    `UPDATE list_entry_party SET named = new.named, served = new.served, notice_served_on = new.notice_served_on, decision_served_on = new.decision_served_on
     FROM jsonb_to_recordset($1::jsonb) AS new (id uuid, named boolean, served boolean, notice_served_on date, decision_served_on date)
     WHERE list_entry_party.id = new.id`,
    [JSON.stringify(parties)],
  );
}

async function insertRows(tx: Transaction, table: string, rows: readonly object[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(`INSERT INTO ${table} SELECT * FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`, [JSON.stringify(rows)]);
}
