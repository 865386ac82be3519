import type { Transaction } from '@lianxin/platform';
import type { AgencyRequest } from './agency.api.ts';

export interface AgencyRow {
  readonly code: string;
  readonly name_zh: string;
  readonly active: boolean;
  readonly waiting: number;
  readonly late: number;
  readonly oldest_due_on: string | null;
}
export interface LateAgencyRow {
  readonly name_zh: string;
  readonly late: number;
  readonly oldest_due_on: string;
}
export interface AgencyLineRow {
  readonly agency_code: string;
  readonly name_zh: string;
  readonly due_on: string;
  readonly updated_at: Date | null;
  readonly receipt_no: string | null;
}

/** All SQL of third-party credit agencies. */
export async function saveAgency(tx: Transaction, { code, nameZh, active }: AgencyRequest, at: Date, by: string): Promise<void> {
  await tx.execute(
    `INSERT INTO credit_agency (code, name_zh, active, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (code) DO UPDATE SET name_zh = excluded.name_zh, active = excluded.active, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
    [code, nameZh, active, at, by],
  );
}

/** Agencies in the order of their codes with what they have still to take over (a repair that was revoked asks nobody to follow it any more), with one row more than `limit` when there are more. */
export function findAgencies(tx: Transaction, today: string, after: string | undefined, limit: number): Promise<AgencyRow[]> {
  return tx.query<AgencyRow>(
    `SELECT a.code, a.name_zh, a.active, count(o.repair_id)::integer AS waiting, (count(o.repair_id) FILTER (WHERE o.due_on < $1))::integer AS late,
       min(o.due_on) AS oldest_due_on
     FROM credit_agency a LEFT JOIN (repair_agency o JOIN repair r ON r.id = o.repair_id AND r.status <> 'REVOKED')
       ON o.agency_code = a.code AND o.updated_at IS NULL
     WHERE $2::text IS NULL OR a.code > $2 GROUP BY a.code ORDER BY a.code LIMIT $3`,
    [today, after ?? null, limit + 1],
  );
}

/** Agencies that are late, in the order of their codes; begins with what is late, which is little where most follow in time. */
export function findLateAgencies(tx: Transaction, today: string, limit: number): Promise<LateAgencyRow[]> {
  return tx.query<LateAgencyRow>(
    `SELECT a.name_zh, count(*)::integer AS late, min(o.due_on) AS oldest_due_on
     FROM repair_agency o JOIN repair r ON r.id = o.repair_id AND r.status <> 'REVOKED' JOIN credit_agency a ON a.code = o.agency_code
     WHERE o.updated_at IS NULL AND o.due_on < $1 GROUP BY a.code ORDER BY a.code LIMIT $2`,
    [today, limit],
  );
}

/** From the grant on every active agency has to show what 信用中国 shows. */
export async function askAgencies(tx: Transaction, repairId: string, dueOn: string): Promise<void> {
  await tx.execute(
    `INSERT INTO repair_agency (repair_id, agency_code, due_on) SELECT $1, code, $2 FROM credit_agency WHERE active ON CONFLICT DO NOTHING`,
    [repairId, dueOn],
  );
}

export function findAgencyLines(tx: Transaction, repairId: string): Promise<AgencyLineRow[]> {
  return tx.query<AgencyLineRow>(
    `SELECT r.agency_code, a.name_zh, r.due_on, r.updated_at, r.receipt_no FROM repair_agency r JOIN credit_agency a ON a.code = r.agency_code
     WHERE r.repair_id = $1 ORDER BY r.agency_code`,
    [repairId],
  );
}

/** The agency has taken it over; the first word counts. False when it was not asked. */
export async function noteAgency(
  tx: Transaction,
  repairId: string,
  update: { agencyCode: string; receiptNo: string | null; at: Date; by: string },
): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE repair_agency SET updated_at = coalesce(updated_at, $3), receipt_no = CASE WHEN updated_at IS NULL THEN $4 ELSE receipt_no END,
       recorded_by = coalesce(recorded_by, $5) WHERE repair_id = $1 AND agency_code = $2 RETURNING 1`,
    [repairId, update.agencyCode, update.at, update.receiptNo, update.by],
  );
  return rows.length > 0;
}
