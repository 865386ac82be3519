import type { Origin } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import type { EntryRow } from './list-entry.store.ts';

export interface SourceRecord {
  readonly listCode?: string | undefined;
  readonly origin: Origin;
  readonly sourceRecordId: string;
}

/** Entries of the caller by the record of their source, for each asked one in its place; row security keeps to the caller's departments. */
export async function findBySourceRecord(tx: Transaction, records: readonly SourceRecord[]): Promise<EntryRow[][]> {
  const rows = await tx.query<EntryRow & { asked: number }>(
    `SELECT asked.place::integer AS asked, entry.* FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS asked (list_code, origin, source_record_id, place)
     JOIN list_entry AS entry ON entry.source_record_id = asked.source_record_id AND entry.origin = asked.origin
       AND (asked.list_code IS NULL OR entry.list_code = asked.list_code)`,
    [
      records.map((record) => record.listCode ?? null),
      records.map((record) => record.origin),
      records.map((record) => record.sourceRecordId),
    ],
  );
  const found: EntryRow[][] = records.map(() => []);
  for (const { asked, ...row } of rows) found[asked - 1]?.push(row);
  return found;
}
