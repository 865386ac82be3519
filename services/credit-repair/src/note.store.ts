import type { EventData, objectionDecided } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';

/** All SQL of records that are kept with a note. The first objection that ends so counts: the note never goes. */
export async function saveNotes(tx: Transaction, decisions: readonly EventData<typeof objectionDecided>[]): Promise<void> {
  const rows = [...decisions].sort((a, b) => (a.target.id < b.target.id ? -1 : 1));
  await tx.execute(
    `INSERT INTO item_note (item_id, objection_id, noted_on) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::date[]) ON CONFLICT (item_id) DO NOTHING`,
    [rows.map((row) => row.target.id), rows.map((row) => row.objectionId), rows.map((row) => row.decidedOn)],
  );
}

/** Of these records those that are kept with a note. */
export async function findNoted(tx: Transaction, itemIds: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ item_id: string }>('SELECT item_id FROM item_note WHERE item_id = ANY ($1::uuid[])', [itemIds]);
  return rows.map((row) => row.item_id);
}
