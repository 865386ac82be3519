import type { ApprovedParameter, EventData, parameterChanged } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';

/** Notes what was heard, in whatever order and however often it came. */
export async function foldParameters(tx: Transaction, heard: readonly EventData<typeof parameterChanged>[]): Promise<void> {
  const newest = new Map<string, EventData<typeof parameterChanged>>();
  for (const change of heard) if (change.version > (newest.get(change.changeId)?.version ?? 0)) newest.set(change.changeId, change);
  const rows = [...newest.values()];
  await tx.execute(
    `INSERT INTO known_parameter (change_id, key, version, value, valid_from, withdrawn)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::integer[], $5::date[], $6::boolean[])
     ON CONFLICT (change_id) DO UPDATE SET version = excluded.version, withdrawn = excluded.withdrawn WHERE excluded.version > known_parameter.version`,
    [
      rows.map((row) => row.changeId),
      rows.map((row) => row.key),
      rows.map((row) => row.version),
      rows.map((row) => row.value),
      rows.map((row) => row.validFrom),
      rows.map((row) => row.state === 'WITHDRAWN'),
    ],
  );
}

/** Changes that count, each from its day on. */
export async function readKnownParameters(tx: Transaction): Promise<ApprovedParameter[]> {
  return tx.query<ApprovedParameter & Record<string, unknown>>(
    'SELECT key, version, value, valid_from AS "validFrom" FROM known_parameter WHERE NOT withdrawn ORDER BY key, version',
  );
}
