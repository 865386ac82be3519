import type { RepairDeadlineKind } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import type { MaterialRow, RepairFactRow, RepairItemRow, RepairRow } from './repair.store.ts';

export async function insertRepair(tx: Transaction, row: RepairRow): Promise<void> {
  await tx.execute(
    `INSERT INTO repair (id, number, version, status, category, channel, applicant, subject_id, department_code, intake_department, linked_to, received_at,
       client_ref, content_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      row.id,
      row.number,
      row.version,
      row.status,
      row.category,
      row.channel,
      row.applicant,
      row.subject_id,
      row.department_code,
      row.intake_department,
      row.linked_to,
      row.received_at,
      row.client_ref,
      row.content_hash,
    ],
  );
}

const json = (value: unknown) => (value === null ? null : JSON.stringify(value));

/** Saves the head after its facts; the items are open as long as the application is. */
export async function updateRepair(tx: Transaction, row: RepairRow, isOpen: boolean): Promise<void> {
  await tx.execute(
    `UPDATE repair SET version = $2, status = $3, duties_performed_on = $4, duties_document_no = $5, supplement = $6, proposal = $7, refusal = $8,
       decision_document_no = $9, granted_on = $10, granted_at = $11, restored_at = $12, revocation = $13, is_extended = $14, chase_level = $15 WHERE id = $1`,
    [
      row.id,
      row.version,
      row.status,
      row.duties_performed_on,
      row.duties_document_no,
      json(row.supplement),
      json(row.proposal),
      json(row.refusal),
      row.decision_document_no,
      row.granted_on,
      row.granted_at,
      row.restored_at,
      json(row.revocation),
      row.is_extended,
      row.chase_level,
    ],
  );
  await tx.execute(
    `UPDATE repair_item SET is_open = $2 AND dropped_ground IS NULL WHERE repair_id = $1 AND is_open <> ($2 AND dropped_ground IS NULL)`,
    [row.id, isOpen],
  );
}

/** These records have ended by another road: nothing of the application concerns them any more. */
export async function dropItems(tx: Transaction, items: readonly RepairItemRow[]): Promise<void> {
  for (const item of items)
    if (item.dropped_ground !== null)
      await tx.execute('UPDATE repair_item SET dropped_ground = $3, is_open = false WHERE repair_id = $1 AND item_id = $2', [
        item.repair_id,
        item.item_id,
        item.dropped_ground,
      ]);
}

export async function insertRepairItems(tx: Transaction, items: readonly RepairItemRow[]): Promise<void> {
  for (const item of items)
    await tx.execute(
      `INSERT INTO repair_item (repair_id, item_id, kind, number, list_code, list_type, lane_key, activation_no, is_open)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, true)`,
      [item.repair_id, item.item_id, item.kind, item.number, item.list_code, item.list_type, item.lane_key, item.activation_no],
    );
}

export async function insertFacts(tx: Transaction, facts: readonly RepairFactRow[]): Promise<void> {
  for (const fact of facts)
    await tx.execute(
      'INSERT INTO repair_fact (repair_id, version, action, from_status, to_status, at, actor, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)',
      [fact.repair_id, fact.version, fact.action, fact.from_status, fact.to_status, fact.at, fact.actor, JSON.stringify(fact.detail)],
    );
}

export async function insertMaterials(tx: Transaction, materials: readonly Omit<MaterialRow, 'sha256' | 'name'>[]): Promise<void> {
  for (const row of materials)
    await tx.execute(
      `INSERT INTO repair_material (repair_id, place, kind, file_id, document_no, document_date, added_by, added_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [row.repair_id, row.place, row.kind, row.file_id, row.document_no, row.document_date, row.added_by, row.added_at],
    );
}

/** Opens time limits, or gives them a new end. */
export async function setDeadlines(
  tx: Transaction,
  repairId: string,
  dues: readonly { kind: RepairDeadlineKind; dueOn: string }[],
  at: Date,
): Promise<void> {
  for (const due of dues)
    await tx.execute(
      `INSERT INTO repair_deadline (repair_id, kind, due_on, counted_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (repair_id, kind) DO UPDATE SET due_on = excluded.due_on, counted_at = excluded.counted_at, closed_at = NULL`,
      [repairId, due.kind, due.dueOn, at],
    );
}

export async function closeDeadlines(tx: Transaction, repairId: string, kinds: readonly RepairDeadlineKind[], at: Date): Promise<void> {
  await tx.execute('UPDATE repair_deadline SET closed_at = $3 WHERE repair_id = $1 AND kind = ANY ($2::text[]) AND closed_at IS NULL', [
    repairId,
    kinds,
    at,
  ]);
}

/** Notes that a limit has passed undone and gives its day; undefined when it was closed, moved or noted before. */
export async function missDeadline(
  tx: Transaction,
  repairId: string,
  kind: RepairDeadlineKind,
  today: string,
  at: Date,
): Promise<string | undefined> {
  const [row] = await tx.query<{ due_on: string }>(
    `UPDATE repair_deadline SET missed_at = $4 WHERE repair_id = $1 AND kind = $2 AND closed_at IS NULL AND missed_at IS NULL AND due_on < $3
     RETURNING due_on`,
    [repairId, kind, today, at],
  );
  return row?.due_on;
}

export async function insertReceipt(
  tx: Transaction,
  row: { repairId: string; kind: string; at: Date; actor: string; documentNo: string | null },
): Promise<boolean> {
  const rows = await tx.query(
    'INSERT INTO repair_receipt (repair_id, kind, at, actor, document_no) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING 1',
    [row.repairId, row.kind, row.at, row.actor, row.documentNo],
  );
  return rows.length > 0;
}

export async function insertFraud(tx: Transaction, repairId: string, subjectId: string, ground: string, revokedOn: string): Promise<void> {
  await tx.execute('INSERT INTO repair_fraud (repair_id, subject_id, ground, revoked_on) VALUES ($1, $2, $3, $4)', [
    repairId,
    subjectId,
    ground,
    revokedOn,
  ]);
}

/** From the grant on its entries are meant as they are in force now (R-4-3). */
export async function bindActivations(tx: Transaction, repairId: string): Promise<void> {
  await tx.execute(
    `UPDATE repair_item SET activation_no = item.activation_no FROM item
     WHERE repair_item.repair_id = $1 AND item.id = repair_item.item_id AND repair_item.activation_no <> item.activation_no`,
    [repairId],
  );
}
