import type { ExitGround, Origin } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';

/** What a full list covers: one list of one source. */
export interface SnapshotScope {
  readonly origin: Origin;
  readonly listCode: string;
  /** Rows that stand; those that are removed do not count. */
  readonly rows: number;
}
export interface NamedRecord {
  readonly origin: Origin;
  readonly listCode: string;
  readonly sourceRecordId: string;
  readonly exit: { readonly ground: ExitGround; readonly date: string; readonly documentNo: string } | null;
}

/** Notes records that a full list names; the same again changes nothing. */
export async function insertNamed(tx: Transaction, jobId: string, records: readonly NamedRecord[]): Promise<void> {
  if (records.length === 0) return;
  await tx.execute(
    `INSERT INTO import_named (job_id, origin, list_code, source_record_id, exit)
     SELECT $1, origin, "listCode", "sourceRecordId", nullif(exit, 'null') FROM jsonb_to_recordset($2::jsonb)
       AS new (origin text, "listCode" text, "sourceRecordId" text, exit jsonb)
     ON CONFLICT DO NOTHING`,
    [jobId, JSON.stringify(records)],
  );
}

export function findScopes(tx: Transaction, jobId: string): Promise<SnapshotScope[]> {
  return tx.query<SnapshotScope>(
    `SELECT origin, list_code AS "listCode", (count(*) FILTER (WHERE exit IS NULL))::integer AS rows FROM import_named WHERE job_id = $1
     GROUP BY origin, list_code ORDER BY origin, list_code`,
    [jobId],
  );
}

export function findNamedExits(tx: Transaction, jobId: string): Promise<NamedRecord[]> {
  return tx.query<NamedRecord>(
    `SELECT origin, list_code AS "listCode", source_record_id AS "sourceRecordId", exit FROM import_named WHERE job_id = $1 AND exit IS NOT NULL
     ORDER BY source_record_id`,
    [jobId],
  );
}

/** Entries in force of a list that the source answers for. A unit of this city answers for its own, the importer from above for all of that origin. */
const inScope = `entry.origin = $2 AND entry.list_code = $3 AND ($2 <> 'CITY' OR entry.department_code = ANY($4)) AND entry.status IN ('ACTIVE', 'SUSPENDED')`;

/** Entries that the full list does not name, and about which the source is not being asked yet. */
export async function findMissing(tx: Transaction, jobId: string, scope: SnapshotScope, departments: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `SELECT entry.id FROM list_entry AS entry
     WHERE ${inScope} AND NOT EXISTS (SELECT 1 FROM import_named AS named WHERE named.job_id = $1 AND named.origin = entry.origin
         AND named.list_code = entry.list_code AND named.source_record_id = entry.source_record_id)
       AND NOT EXISTS (SELECT 1 FROM source_question WHERE entry_id = entry.id AND source_question.status = 'OPEN')
     ORDER BY entry.id`,
    [jobId, scope.origin, scope.listCode, departments],
  );
  return rows.map((row) => row.id);
}

/** Entries about which the source is being asked, and which its full list names again. */
export async function findReappeared(
  tx: Transaction,
  jobId: string,
  scope: SnapshotScope,
  departments: readonly string[],
): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `SELECT entry.id FROM list_entry AS entry JOIN source_question ON entry_id = entry.id AND source_question.status = 'OPEN'
     JOIN import_named AS named ON named.job_id = $1 AND named.origin = entry.origin AND named.list_code = entry.list_code
       AND named.source_record_id = entry.source_record_id AND named.exit IS NULL
     WHERE ${inScope} ORDER BY entry.id`,
    [jobId, scope.origin, scope.listCode, departments],
  );
  return rows.map((row) => row.id);
}

/** Size of the last full list of this source; before the first one, what stands. */
export async function findLastSize(tx: Transaction, scope: SnapshotScope, departments: readonly string[]): Promise<number> {
  const [last] = await tx.query<{ rows: number }>(
    'SELECT rows FROM snapshot_size WHERE department_code = $1 AND origin = $2 AND list_code = $3',
    [sourceName(departments), scope.origin, scope.listCode],
  );
  if (last !== undefined) return last.rows;
  const [standing] = await tx.query<{ rows: number }>(
    `SELECT count(*)::integer AS rows FROM list_entry AS entry WHERE $1::text IS NOT NULL AND ${inScope}`,
    [sourceName(departments), scope.origin, scope.listCode, departments],
  );
  return standing?.rows ?? 0;
}

export async function saveSize(tx: Transaction, jobId: string, scope: SnapshotScope, departments: readonly string[]): Promise<void> {
  await tx.execute(
    `INSERT INTO snapshot_size (department_code, origin, list_code, rows, job_id) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (department_code, origin, list_code) DO UPDATE SET rows = excluded.rows, job_id = excluded.job_id, taken_at = now()`,
    [sourceName(departments), scope.origin, scope.listCode, scope.rows, jobId],
  );
}

/** Whose full list it is: the first department of the sender; none for importers from above. */
function sourceName(departments: readonly string[]): string {
  return [...departments].sort()[0] ?? '';
}
