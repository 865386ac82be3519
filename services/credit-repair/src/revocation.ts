import { repairRecordRevoked, repairRevoked } from '@lianxin/contracts';
import type { Revocation } from './repair.store.ts';
import type { RepairWork } from './repair.work.ts';

/** Tells for every record that its repair is revoked: entries come back (T23), publicity is restored for the rest of its period (R-5-13). */
export function sayRevoked(work: RepairWork, { ground, documentNo, on }: Revocation): void {
  const { row, pending: items } = work;
  for (const item of items) {
    const head = {
      repairId: row.id,
      number: row.number,
      subjectId: row.subject_id,
      decidingDepartment: row.department_code,
      documentNo,
      ground,
      revokedOn: on,
    };
    if (item.kind === 'LIST_ENTRY') work.say(repairRevoked, { ...head, entryId: item.item_id }, item.lane_key);
    else work.say(repairRecordRevoked, { ...head, recordId: item.item_id, recordKind: item.kind }, item.lane_key);
  }
}
