import type { Transaction } from '@lianxin/platform';

/** Notes whom a named person found a party to be (R-11-1). */
export async function identifyParty(tx: Transaction, partyId: string, subjectId: string): Promise<void> {
  await tx.execute('UPDATE list_entry_party SET subject_id = $2 WHERE id = $1', [partyId, subjectId]);
}
