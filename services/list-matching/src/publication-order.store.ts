import type { EntryStatus, ListType, Origin, PublicationAction } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { type EndedAccess, endedStatuses } from './ended-entry.rules.ts';

export interface OrderRow {
  readonly id: string;
  readonly entry_id: string;
  readonly entry_version: number;
  readonly channel: string;
  readonly no: number;
  readonly action: PublicationAction;
  readonly entry_status: EntryStatus;
  readonly ordered_on: string;
  readonly due_on: string;
  readonly due_at: Date;
  readonly provisional: boolean;
  readonly ordered_at: Date;
  readonly ordered_by: string;
  readonly department_code: string;
  /** The replay that brought it about, and how (product §A.4). */
  readonly replay_id: string | null;
  readonly replay_mode: 'none' | 'internal' | 'notify' | null;
  /** Not asked of the channel, for that replay tells nobody outside. */
  readonly withheld: boolean;
}
export interface ReceiptRow {
  readonly order_id: string;
  readonly outcome: 'DONE' | 'REFUSED';
  readonly done_on: string;
  readonly receipt_no: string | null;
  readonly address: string | null;
  readonly note: string | null;
  readonly at: Date;
  readonly actor: string;
  readonly department_code: string;
}
/** An order with what became of it. */
export interface OrderState extends OrderRow {
  readonly superseded: boolean;
  readonly receipt: Pick<ReceiptRow, 'outcome' | 'done_on' | 'receipt_no' | 'address' | 'note' | 'actor'> | null;
  readonly chases: number;
  readonly number: string;
  readonly list_code: string;
  readonly list_type: ListType;
  readonly status: EntryStatus;
  readonly origin: Origin;
}

/** Superseded: something later was asked, or what a replay left waiting is about an entry that has ended since: nobody will ask it any more. */
const selected = `SELECT publication_order.*, entry.number, entry.list_code, entry.list_type, entry.status, entry.origin, entry.parties_continue,
    (publication_order.withheld AND entry.status NOT IN ('ACTIVE', 'SUSPENDED')) OR
      EXISTS (SELECT 1 FROM publication_order AS later WHERE later.entry_id = publication_order.entry_id AND later.channel = publication_order.channel
      AND later.no > publication_order.no AND (publication_order.withheld OR NOT later.withheld)) AS superseded,
    (SELECT jsonb_build_object('outcome', outcome, 'done_on', done_on, 'receipt_no', receipt_no, 'address', address, 'note', note, 'actor', actor)
     FROM publication_receipt WHERE order_id = publication_order.id) AS receipt,
    (SELECT count(*)::integer FROM publication_chase WHERE order_id = publication_order.id) AS chases
  FROM publication_order JOIN list_entry AS entry ON entry.id = publication_order.entry_id`;

export async function insertOrders(tx: Transaction, rows: readonly OrderRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute('INSERT INTO publication_order SELECT * FROM jsonb_populate_recordset(NULL::publication_order, $1::jsonb)', [
    JSON.stringify(rows),
  ]);
}

export async function insertReceipt(tx: Transaction, row: ReceiptRow): Promise<void> {
  await tx.execute('INSERT INTO publication_receipt SELECT * FROM jsonb_populate_record(NULL::publication_receipt, $1::jsonb)', [
    JSON.stringify(row),
  ]);
}

export async function insertChases(
  tx: Transaction,
  rows: readonly { readonly order_id: string; readonly no: number; readonly at: Date; readonly department_code: string }[],
): Promise<void> {
  await tx.execute('INSERT INTO publication_chase SELECT * FROM jsonb_populate_recordset(NULL::publication_chase, $1::jsonb)', [
    JSON.stringify(rows),
  ]);
}

export function findOrders(tx: Transaction, ids: readonly string[]): Promise<OrderState[]> {
  return tx.query<OrderState>(`${selected} WHERE publication_order.id = ANY($1)`, [ids]);
}

export function findOrdersOfEntries(tx: Transaction, entryIds: readonly string[]): Promise<OrderState[]> {
  return tx.query<OrderState>(
    `${selected} WHERE publication_order.entry_id = ANY($1) ORDER BY publication_order.channel, publication_order.no`,
    [entryIds],
  );
}

export interface OrderFilter {
  readonly channel?: string | undefined;
  readonly action?: PublicationAction | undefined;
  readonly entryId?: string | undefined;
  readonly state?: 'OPEN' | 'DONE' | 'REFUSED' | 'SUPERSEDED' | 'WITHHELD' | undefined;
  /** Only those that are open after their term. */
  readonly overdueAt?: Date | undefined;
}

/**
 * A page, the newest first. Orders about ended punishments are with the unit, the credit office and the audit (R-7-1a); the centre sees those that it still
 * has to carry out.
 */
export function findOrderPage(
  tx: Transaction,
  filter: OrderFilter,
  ended: EndedAccess,
  beforeId: string | undefined,
  limit: number,
): Promise<OrderState[]> {
  return tx.query<OrderState>(
    `SELECT * FROM (${selected}) AS orders
     WHERE ($1::text IS NULL OR channel = $1) AND ($2::text IS NULL OR action = $2) AND ($3::uuid IS NULL OR entry_id = $3)
       AND ($4::text IS NULL OR $4 = CASE WHEN receipt IS NOT NULL THEN receipt ->> 'outcome' WHEN superseded THEN 'SUPERSEDED'
            WHEN withheld THEN 'WITHHELD' ELSE 'OPEN' END)
       AND ($5::timestamptz IS NULL OR (receipt IS NULL AND NOT superseded AND NOT withheld AND due_at <= $5))
       AND ($6::uuid IS NULL OR id < $6)
       AND (list_type = 'RED' OR parties_continue IS TRUE OR status <> ALL($8) OR $9 OR department_code = ANY($10)
            OR ($11 AND (origin <> 'CITY' OR (receipt IS NULL AND NOT superseded AND NOT withheld))))
     ORDER BY id DESC LIMIT $7`,
    [
      filter.channel ?? null,
      filter.action ?? null,
      filter.entryId ?? null,
      filter.state ?? null,
      filter.overdueAt ?? null,
      beforeId ?? null,
      limit,
      endedStatuses,
      ended.all,
      ended.departments,
      ended.fromAbove,
    ],
  );
}
