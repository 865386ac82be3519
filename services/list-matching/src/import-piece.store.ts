import type { Transaction } from '@lianxin/platform';

export async function insertPiece(tx: Transaction, jobId: string, place: number, sealed: Buffer): Promise<void> {
  await tx.execute('INSERT INTO import_chunk (job_id, place, sealed) VALUES ($1, $2, $3)', [jobId, place, sealed]);
}

/** Only the role of consumers and jobs may read pieces. */
export async function readPiece(tx: Transaction, jobId: string, place: number): Promise<Buffer | undefined> {
  const [row] = await tx.query<{ sealed: Buffer }>('SELECT sealed FROM import_chunk WHERE job_id = $1 AND place = $2', [jobId, place]);
  return row?.sealed;
}

/** Only the role of consumers and jobs may. */
export async function deletePieces(tx: Transaction, jobId: string): Promise<void> {
  await tx.execute('DELETE FROM import_chunk WHERE job_id = $1', [jobId]);
}
