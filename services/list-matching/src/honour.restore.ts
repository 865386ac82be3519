import { randomUUIDv7 } from 'node:crypto';
import type { Transaction } from '@lianxin/platform';
import { standUp } from './activation.ts';
import type { EntryInWork, EntryWork } from './entry-work.ts';
import { honoursThatReturn } from './honour.rules.ts';
import { findAbolished } from './list-abolition.store.ts';
import { getDefinition } from './list-definition.store.ts';
import { type EntryRow, findAllOfSubjects, findFacts, findParties, takeNumbers } from './list-entry.store.ts';
import { acrossDepartments } from './row-scope.store.ts';

/**
 * T20a: black entries of this work proved void (CORRECTED, REVOKED). Every honour that such an entry had excluded comes back as a new entry with the same
 * decision and end, without a public notice, unless another black entry would have excluded it as well. The caller holds the lanes of the subjects.
 */
export async function restoreHonours(tx: Transaction, work: EntryWork): Promise<void> {
  const voided = work.changedEntries.filter(({ row }) => row.list_type === 'BLACK' && isVoid(row));
  if (voided.length === 0) return;
  await acrossDepartments(tx, async () => {
    const subjectIds = [...new Set(voided.map(({ row }) => row.subject_id))];
    const all = (await findAllOfSubjects(tx, subjectIds)).map((row) => work.take(row));
    const honours = all.filter(({ row }) => row.list_type === 'RED' && row.status === 'EXCLUDED');
    if (honours.length === 0) return;
    const facts = await findFacts(
      tx,
      honours.map(({ row }) => row.id),
    );
    const abolished = await findAbolished(
      tx,
      honours.map(({ row }) => row.list_code),
    );
    for (const subjectId of subjectIds) {
      const ofSubject = all.filter(({ row }) => row.subject_id === subjectId);
      const rows = ofSubject.map(({ row }) => row);
      const back = honoursThatReturn(rows, (id) => facts.filter((fact) => fact.entry_id === id), abolished, work.acting.today);
      for (const honour of ofSubject.filter(({ row }) => back.includes(row)))
        await restore(
          tx,
          work,
          honour,
          ofSubject.filter((other) => other !== honour),
        );
    }
  });
}

function isVoid(row: EntryRow): boolean {
  return row.status === 'CORRECTED' || row.status === 'REVOKED';
}

async function restore(tx: Transaction, work: EntryWork, excluded: EntryInWork, standing: readonly EntryInWork[]): Promise<void> {
  const old = excluded.row;
  const { ids, numbers } = await takeNumbers(tx, 1, 1);
  const number = `LYG-MD-${work.acting.today.slice(0, 4)}-${String(numbers[0]).padStart(6, '0')}`;
  const entry = work.begin({
    ...old,
    id: ids[0] ?? randomUUIDv7(),
    number,
    version: 0,
    status: 'DRAFT',
    reason: null,
    activation_no: 1,
    source_record_id: `${old.source_record_id}#${number}`.slice(-200),
    activated_on: work.acting.today,
    received_at: work.acting.now,
    received_by: work.acting.actor,
    supersedes: null,
    restores: old.id,
  });
  const parties = (await findParties(tx, [old.id])).map((party) => ({ ...party, id: randomUUIDv7(), entry_id: entry.row.id }));
  work.parties.push(...parties);
  const restored = { restores: old.id, number: old.number, validFrom: old.valid_from, validTo: old.valid_to };
  for (const action of ['DRAFT', 'SUBMIT', 'PASS_CHECK', 'END_PUBLIC_NOTICE', 'SERVE'] as const) work.step(entry, action, restored);
  work.step(excluded, 'RESTORE_HONOUR', { entryId: entry.row.id, number });
  const definition = await getDefinition(tx, old.list_code, old.list_version);
  standUp(work, entry, parties, definition, standing);
}
