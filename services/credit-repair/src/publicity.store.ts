import type { Transaction } from '@lianxin/platform';
import type { ItemRow } from './item.rules.ts';

/** Penalties that are public and were not judged by the law as it stands, or are to be looked at again; at most `limit`. */
export function findUnjudged(tx: Transaction, judgedBy: string, today: string, limit: number): Promise<ItemRow[]> {
  return tx.query<ItemRow>(
    `SELECT * FROM item WHERE kind = 'PENALTY' AND status = 'PUBLISHED' AND (publicity_judged IS DISTINCT FROM $1 OR publicity_recheck_on <= $2)
     ORDER BY id LIMIT $3`,
    [judgedBy, today, limit],
  );
}

/** The latest day on which a unit has found, in an application, that the duty behind a record is performed. */
export function findPerformance(tx: Transaction, itemIds: readonly string[]): Promise<{ item_id: string; on: string }[]> {
  return tx.query(
    `SELECT i.item_id, min(r.duties_performed_on) AS on FROM repair_item i JOIN repair r ON r.id = i.repair_id
     WHERE i.item_id = ANY ($1::uuid[]) AND r.duties_document_no IS NOT NULL AND r.duties_performed_on IS NOT NULL GROUP BY i.item_id`,
    [itemIds],
  );
}

export async function saveJudged(
  tx: Transaction,
  judgedBy: string,
  rows: readonly { id: string; state: string; recheckOn: string | null }[],
): Promise<void> {
  await tx.execute(
    `UPDATE item SET publicity_judged = $1, publicity_state = new.state, publicity_recheck_on = new.recheck_on
     FROM unnest($2::uuid[], $3::text[], $4::date[]) AS new (id, state, recheck_on) WHERE item.id = new.id`,
    [judgedBy, rows.map((row) => row.id), rows.map((row) => row.state), rows.map((row) => row.recheckOn)],
  );
}
