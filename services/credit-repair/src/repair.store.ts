import type { ListType, RepairDeadlineKind, RepairStatus } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import type { MaterialKind } from './application.rules.ts';
import type { ItemKind } from './policy.rules.ts';
import type { ProposalAction, RepairAction } from './repair.rules.ts';

export interface Proposal {
  readonly action: ProposalAction;
  readonly by: string;
  readonly at: string;
  readonly documentNo: string;
  readonly reason: string;
  readonly remedy: string | null;
  readonly ground: 'FALSE_MATERIAL' | 'COMMITMENT_BROKEN' | null;
}
export interface Supplement {
  readonly asked: string;
  readonly on: string;
  /** Working days of the term of acceptance that were left when its clock stopped (S4). */
  readonly daysLeft: number;
}
export interface RefusalText {
  readonly stage: 'ACCEPTANCE' | 'DECISION';
  readonly reason: string;
  readonly remedy: string;
  readonly documentNo: string | null;
}
export interface Revocation {
  readonly ground: 'FALSE_MATERIAL' | 'COMMITMENT_BROKEN';
  readonly reason: string;
  readonly documentNo: string;
  readonly on: string;
}

/** An application as it stands. */
export interface RepairRow {
  readonly id: string;
  readonly number: string;
  version: number;
  status: RepairStatus;
  readonly category: 'ORDINARY' | 'BANKRUPTCY';
  readonly channel: 'CREDIT_CHINA' | 'WINDOW' | 'DEPARTMENT' | 'LINKED';
  readonly applicant: 'SUBJECT' | 'AGENT' | 'DEPARTMENT' | 'ADMINISTRATOR';
  readonly subject_id: string;
  readonly department_code: string;
  readonly intake_department: string | null;
  readonly linked_to: string | null;
  readonly received_at: Date;
  duties_performed_on: string | null;
  duties_document_no: string | null;
  supplement: Supplement | null;
  proposal: Proposal | null;
  refusal: RefusalText | null;
  decision_document_no: string | null;
  granted_on: string | null;
  granted_at: Date | null;
  restored_at: Date | null;
  revocation: Revocation | null;
  is_extended: boolean;
  chase_level: number;
  readonly client_ref: string | null;
  readonly content_hash: string | null;
}
export interface RepairItemRow {
  readonly repair_id: string;
  readonly item_id: string;
  readonly kind: ItemKind;
  readonly number: string;
  readonly list_code: string | null;
  readonly list_type: ListType | null;
  readonly lane_key: string;
  readonly activation_no: number;
  /** By which road it ended before the decision: the application goes on with the others. */
  dropped_ground: string | null;
}
export interface RepairFactRow {
  readonly repair_id: string;
  readonly version: number;
  readonly action: RepairAction;
  readonly from_status: RepairStatus | null;
  readonly to_status: RepairStatus;
  readonly at: Date;
  readonly actor: string;
  readonly detail: Readonly<Record<string, unknown>>;
}
export interface MaterialRow {
  readonly repair_id: string;
  readonly place: number;
  readonly kind: MaterialKind;
  readonly file_id: string;
  readonly document_no: string | null;
  readonly document_date: string | null;
  readonly added_by: string;
  readonly added_at: Date;
  readonly sha256: string;
  readonly name: string;
}
export interface DeadlineRow {
  readonly repair_id: string;
  readonly kind: RepairDeadlineKind;
  readonly due_on: string;
  readonly closed_at: Date | null;
  readonly missed_at: Date | null;
}

export async function nextRepairNumber(tx: Transaction, year: string): Promise<string> {
  const [row] = await tx.query<{ value: number }>("SELECT nextval('repair_number') AS value");
  return `LYG-XF-${year}-${String(row?.value ?? 0).padStart(6, '0')}`;
}

export async function findRepair(tx: Transaction, id: string): Promise<RepairRow | undefined> {
  const [row] = await tx.query<RepairRow>('SELECT * FROM repair WHERE id = $1', [id]);
  return row;
}

export async function findRepairByClientRef(tx: Transaction, department: string, clientRef: string): Promise<RepairRow | undefined> {
  const [row] = await tx.query<RepairRow>(
    'SELECT * FROM repair WHERE coalesce(intake_department, department_code) = $1 AND client_ref = $2',
    [department, clientRef],
  );
  return row;
}

export function findRepairItems(tx: Transaction, repairIds: readonly string[]): Promise<RepairItemRow[]> {
  return tx.query<RepairItemRow>('SELECT * FROM repair_item WHERE repair_id = ANY ($1::uuid[]) ORDER BY repair_id, item_id', [repairIds]);
}

/** Numbers of the applications that are under way for these records. */
export function findOpenRepairs(
  tx: Transaction,
  itemIds: readonly string[],
): Promise<{ item_id: string; number: string; status: RepairStatus }[]> {
  return tx.query(
    'SELECT i.item_id, r.number, r.status FROM repair_item i JOIN repair r ON r.id = i.repair_id WHERE i.is_open AND i.item_id = ANY ($1::uuid[])',
    [itemIds],
  );
}

/** The last day on which a repair of each subject was revoked for fraud. */
export function findFrauds(tx: Transaction, subjectIds: readonly string[]): Promise<{ subject_id: string; revoked_on: string }[]> {
  return tx.query(
    'SELECT subject_id, max(revoked_on) AS revoked_on FROM repair_fraud WHERE subject_id = ANY ($1::uuid[]) GROUP BY subject_id',
    [subjectIds],
  );
}

/** Applications of these records that are not closed, of whatever department; for consumers. */
/** Lanes under which the applications about these records are taken: of their subjects, and of every record in them. */
export async function findLanesOfItems(tx: Transaction, itemIds: readonly string[], statuses: readonly RepairStatus[]): Promise<string[]> {
  const rows = await tx.query<{ lane: string }>(
    `SELECT DISTINCT unnest(ARRAY[r.subject_id::text, other.lane_key]) AS lane FROM repair r JOIN repair_item i ON i.repair_id = r.id
     JOIN repair_item other ON other.repair_id = r.id WHERE i.item_id = ANY ($1::uuid[]) AND r.status = ANY ($2::text[])`,
    [itemIds, statuses],
  );
  return rows.map(({ lane }) => lane);
}

export function findRepairsOfItems(
  tx: Transaction,
  itemIds: readonly string[],
  statuses: readonly RepairStatus[],
): Promise<{ id: string; subject_id: string }[]> {
  return tx.query(
    `SELECT DISTINCT r.id, r.subject_id FROM repair r JOIN repair_item i ON i.repair_id = r.id
     WHERE i.item_id = ANY ($1::uuid[]) AND r.status = ANY ($2::text[]) ORDER BY r.id`,
    [itemIds, statuses],
  );
}

export function findFacts(tx: Transaction, repairId: string): Promise<RepairFactRow[]> {
  return tx.query<RepairFactRow>('SELECT * FROM repair_fact WHERE repair_id = $1 ORDER BY version', [repairId]);
}

export function findMaterials(tx: Transaction, repairId: string): Promise<MaterialRow[]> {
  return tx.query<MaterialRow>(
    `SELECT m.*, f.sha256, f.name FROM repair_material m JOIN repair_file f ON f.id = m.file_id WHERE m.repair_id = $1 ORDER BY m.place`,
    [repairId],
  );
}

export function findDeadlines(tx: Transaction, repairIds: readonly string[]): Promise<DeadlineRow[]> {
  return tx.query<DeadlineRow>('SELECT * FROM repair_deadline WHERE repair_id = ANY ($1::uuid[]) ORDER BY repair_id, due_on, kind', [
    repairIds,
  ]);
}

/** One page, newest first, with one row more than `limit` when there are more. */
export function findRepairPage(
  tx: Transaction,
  filter: {
    status?: readonly RepairStatus[] | undefined;
    department?: readonly string[] | undefined;
    subjectId?: string | undefined;
    itemId?: string | undefined;
    after: { receivedAt: string; id: string } | undefined;
    limit: number;
  },
): Promise<RepairRow[]> {
  return tx.query<RepairRow>(
    `SELECT r.* FROM repair r
     WHERE ($1::text[] IS NULL OR r.status = ANY ($1::text[])) AND ($2::text[] IS NULL OR r.department_code = ANY ($2::text[]))
       AND ($3::uuid IS NULL OR r.subject_id = $3::uuid)
       AND ($4::uuid IS NULL OR EXISTS (SELECT 1 FROM repair_item i WHERE i.repair_id = r.id AND i.item_id = $4::uuid))
       AND ($5::timestamptz IS NULL OR (r.received_at, r.id) < ($5::timestamptz, $6::uuid))
     ORDER BY r.received_at DESC, r.id DESC LIMIT $7`,
    [
      filter.status ?? null,
      filter.department ?? null,
      filter.subjectId ?? null,
      filter.itemId ?? null,
      filter.after?.receivedAt ?? null,
      filter.after?.id ?? null,
      filter.limit + 1,
    ],
  );
}
