import type { Role } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';

export interface ApiClientRow {
  readonly id: string;
  readonly name: string;
  readonly key_hash: Buffer;
  readonly roles: Role[];
  readonly departments: string[];
  readonly created_at: Date;
  readonly created_by: string;
  readonly revoked_at: Date | null;
  readonly last_used_at: Date | null;
}

const columns = 'id, name, key_hash, roles, departments, created_at, created_by, revoked_at, last_used_at';

export async function insertClient(
  tx: Transaction,
  client: Pick<ApiClientRow, 'name' | 'key_hash' | 'roles' | 'departments' | 'created_by'>,
): Promise<ApiClientRow | undefined> {
  const [row] = await tx.query<ApiClientRow>(
    `INSERT INTO api_client (name, key_hash, roles, departments, created_by) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT DO NOTHING RETURNING ${columns}`,
    [client.name, client.key_hash, client.roles, client.departments, client.created_by],
  );
  return row;
}

export async function findClientByHash(tx: Transaction, keyHash: Buffer): Promise<ApiClientRow | undefined> {
  const [row] = await tx.query<ApiClientRow>(`SELECT ${columns} FROM api_client WHERE key_hash = $1`, [keyHash]);
  return row;
}

/** The row of a client under lock, so that of two people who revoke it one finds it done. */
export async function lockClient(tx: Transaction, id: string): Promise<ApiClientRow | undefined> {
  const [row] = await tx.query<ApiClientRow>(`SELECT ${columns} FROM api_client WHERE id = $1 FOR UPDATE`, [id]);
  return row;
}

export async function listClients(tx: Transaction, afterId: string | undefined, limit: number): Promise<ApiClientRow[]> {
  return tx.query<ApiClientRow>(`SELECT ${columns} FROM api_client WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2`, [
    afterId ?? null,
    limit,
  ]);
}

export async function revokeClient(tx: Transaction, id: string, by: string): Promise<ApiClientRow | undefined> {
  const [row] = await tx.query<ApiClientRow>(
    `UPDATE api_client SET revoked_at = now(), revoked_by = $2 WHERE id = $1 RETURNING ${columns}`,
    [id, by],
  );
  return row;
}

/** Notes that a client was seen, at most once a minute: a busy client must not write its row a thousand times a second. */
export async function touchClient(tx: Transaction, id: string): Promise<void> {
  await tx.execute(
    "UPDATE api_client SET last_used_at = now() WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')",
    [id],
  );
}

export async function insertFact(
  tx: Transaction,
  fact: { clientId: string; fact: 'CLIENT_REGISTERED' | 'CLIENT_REVOKED'; actor: string; detail: object },
): Promise<void> {
  await tx.execute('INSERT INTO account_fact (client_id, fact, actor, detail) VALUES ($1, $2, $3, $4)', [
    fact.clientId,
    fact.fact,
    fact.actor,
    JSON.stringify(fact.detail),
  ]);
}
