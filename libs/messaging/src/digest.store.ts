import type { DigestView } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import type { BucketDigest, Difference, DigestRow, Suspects } from './digest.rules.ts';
import type { LanePosition } from './event-log.ts';

/** What an owner has to say: its digest of a view, or its rows of some buckets to whoever asked. */
export interface DigestOrder {
  readonly runId: string;
  readonly view: DigestView;
  readonly holder: string;
  readonly round: number;
  readonly buckets: readonly number[] | null;
}

export interface Comparison {
  readonly view: DigestView;
  readonly runId: string;
  readonly phase: 'TOLD' | 'ASKED' | 'ANSWERED';
  readonly told: readonly BucketDigest[];
  readonly ends: readonly LanePosition[] | null;
  readonly round: number;
  readonly asked: readonly number[];
  /** Buckets that differ and have not been asked for yet. */
  readonly waiting: readonly number[];
  readonly suspects: Suspects;
  /** Rounds in which the same buckets were asked for. */
  readonly tries: number;
  readonly rowCount: number;
  readonly questioned: number;
  readonly moving: number;
  readonly differences: number;
  readonly found: readonly Difference[];
}

/** A row hashes as its id and state; 60 bits of it, summed over a bucket, whatever the order. */
const hashed = (sql: string) =>
  `SELECT id, version, state, get_byte(decode(md5(id), 'hex'), 0) AS bucket FROM (${sql}) AS said (id, version, state)`;

const comparisonColumns = `view, run_id AS "runId", phase, told, ends, round, asked, waiting, suspects, tries, row_count AS "rowCount", questioned, moving,
  differences, found`;

/** A whole view is read in one statement, by night: more time than a request may take. */
export async function allowTime(tx: Transaction): Promise<void> {
  await tx.execute("SET LOCAL statement_timeout = '15min'");
}

export async function readDigest(tx: Transaction, sql: string): Promise<Map<number, BucketDigest>> {
  const rows = await tx.query<{ bucket: number; count: number; hash: string }>(
    `SELECT bucket, count(*)::integer AS count, sum(('x' || substr(md5(id || E'\\n' || state), 1, 15))::bit(60)::bigint)::text AS hash
     FROM (${hashed(sql)}) AS row GROUP BY bucket`,
  );
  return new Map(rows.map(({ bucket, count, hash }) => [bucket, { count, hash }]));
}

export function readRows(tx: Transaction, sql: string, buckets: readonly number[]): Promise<(DigestRow & { bucket: number })[]> {
  return tx.query(`SELECT id, version, state, bucket FROM (${hashed(sql)}) AS row WHERE bucket = ANY ($1::integer[]) ORDER BY id`, [
    buckets,
  ]);
}

export async function addOrders(tx: Transaction, orders: readonly DigestOrder[]): Promise<void> {
  for (const { runId, view, holder, round, buckets } of orders)
    await tx.execute('INSERT INTO digest_order (run_id, view, holder, round, buckets) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING', [
      runId,
      view,
      holder,
      round,
      buckets,
    ]);
}

/** Takes an order out; it comes back should the transaction fail. SKIP LOCKED: replicas share the work. */
export async function takeOrder(tx: Transaction): Promise<DigestOrder | undefined> {
  const [row] = await tx.query<DigestOrder>(
    `DELETE FROM digest_order WHERE (run_id, view, holder, round) IN (
       SELECT run_id, view, holder, round FROM digest_order ORDER BY run_id, round, view LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING run_id AS "runId", view, holder, round, buckets`,
  );
  return row;
}

/** The newest run counts: one that never came to its end gives way. */
export async function beginComparison(tx: Transaction, { view, runId, told }: Pick<Comparison, 'view' | 'runId' | 'told'>): Promise<void> {
  await tx.execute('DELETE FROM digest_comparison WHERE view = $1 AND run_id < $2', [view, runId]);
  await tx.execute(`INSERT INTO digest_comparison (view, run_id, phase, told) VALUES ($1, $2, 'TOLD', $3) ON CONFLICT DO NOTHING`, [
    view,
    runId,
    JSON.stringify(told),
  ]);
}

export async function addAnswer(
  tx: Transaction,
  answer: { runId: string; view: DigestView; round: number; bucket: number; part: number; parts: number; rows: readonly DigestRow[] },
): Promise<void> {
  const { runId, view, round, bucket, part, parts, rows } = answer;
  const awaited = await tx.query(
    `SELECT 1 FROM digest_comparison WHERE view = $1 AND run_id = $2 AND round = $3 AND phase = 'ASKED' FOR UPDATE`,
    [view, runId, round],
  );
  if (awaited.length === 0) return;
  await tx.execute(
    'INSERT INTO digest_answer (view, round, bucket, part, parts, rows) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING',
    [view, round, bucket, part, parts, JSON.stringify(rows)],
  );
  await tx.execute(
    `UPDATE digest_comparison SET phase = 'ANSWERED', ends = NULL
     WHERE view = $1 AND cardinality(asked) = (
       SELECT count(*) FROM (SELECT bucket FROM digest_answer WHERE view = $1 AND round = $2 GROUP BY bucket HAVING count(*) = max(parts)) AS complete)`,
    [view, round],
  );
}

/** Comparisons for which the ends of the log must be looked up. */
export function readWithoutEnds(tx: Transaction): Promise<Pick<Comparison, 'view' | 'runId' | 'round' | 'phase'>[]> {
  return tx.query(`SELECT view, run_id AS "runId", round, phase FROM digest_comparison WHERE ends IS NULL AND phase <> 'ASKED'`);
}

export async function setEnds(
  tx: Transaction,
  { view, runId, round, phase }: Pick<Comparison, 'view' | 'runId' | 'round' | 'phase'>,
  ends: readonly LanePosition[],
): Promise<void> {
  await tx.execute(
    'UPDATE digest_comparison SET ends = $5 WHERE view = $1 AND run_id = $2 AND round = $3 AND phase = $4 AND ends IS NULL',
    [view, runId, round, phase, JSON.stringify(ends)],
  );
}

/** Comparisons whose ends are known. Not locked: whoever hears of a newer run, in the service's main reader, must not wait while a whole view is read. */
export function readComparisons(tx: Transaction): Promise<Comparison[]> {
  return tx.query(`SELECT ${comparisonColumns} FROM digest_comparison WHERE ends IS NOT NULL AND phase <> 'ASKED' ORDER BY view`);
}

/** Whether this replica alone compares the view, until the transaction ends. */
export async function takeView(tx: Transaction, view: DigestView): Promise<boolean> {
  const [row] = await tx.query<{ taken: boolean }>(
    `SELECT pg_try_advisory_xact_lock(hashtext('lianxin digest ' || $1), hashtext(current_schema())) AS taken`,
    [view],
  );
  return row?.taken === true;
}

/** Locks the comparison as it was read; false when it has moved on, or a newer run has taken its place: what was read is then of no use. */
export async function isStanding(tx: Transaction, { view, runId, round, phase }: Comparison): Promise<boolean> {
  const rows = await tx.query(
    'SELECT 1 FROM digest_comparison WHERE view = $1 AND run_id = $2 AND round = $3 AND phase = $4 AND ends IS NOT NULL FOR UPDATE',
    [view, runId, round, phase],
  );
  return rows.length > 0;
}

export async function readAnswers(tx: Transaction, view: DigestView, round: number): Promise<(DigestRow & { bucket: number })[]> {
  const rows = await tx.query<{ bucket: number; rows: DigestRow[] }>(
    'SELECT bucket, rows FROM digest_answer WHERE view = $1 AND round = $2',
    [view, round],
  );
  return rows.flatMap(({ bucket, rows: own }) => own.map((row) => ({ ...row, bucket })));
}

/** The next question of a comparison, with what was found so far. */
export async function saveQuestion(tx: Transaction, comparison: Comparison): Promise<void> {
  const { view, round, asked, waiting, suspects, tries, rowCount, questioned, moving, differences, found } = comparison;
  await tx.execute('DELETE FROM digest_answer WHERE view = $1', [view]);
  await tx.execute(
    `UPDATE digest_comparison SET phase = 'ASKED', ends = NULL, round = $2, asked = $3, waiting = $4, suspects = $5, tries = $6, row_count = $7,
       questioned = $8, moving = $9, differences = $10, found = $11 WHERE view = $1`,
    [view, round, asked, waiting, JSON.stringify(suspects), tries, rowCount, questioned, moving, differences, JSON.stringify(found)],
  );
}

export async function endComparison(tx: Transaction, view: DigestView): Promise<void> {
  await tx.execute('DELETE FROM digest_comparison WHERE view = $1', [view]);
}
