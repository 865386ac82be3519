import { hash } from 'node:crypto';
import { type Principal, ProblemError } from '@lianxin/contracts';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { canonicalJson } from './canonical-json.ts';
import type { Transaction } from './database.ts';
import type { Migration } from './migrations.ts';

/** SHA-256 of the canonical JSON (RFC 8785) of a value: equal content gives equal hashes whatever the order of its fields. */
export function contentHash(value: unknown): string {
  return hash('sha256', canonicalJson(value ?? null), 'base64url');
}

/** What the `Idempotency-Key` of a request stands for: tenant, method, path and body (product §B.1). */
export interface IdempotentRequest {
  readonly principalId: string;
  /** Undefined when the caller sent no key: the work then simply runs. */
  readonly key: string | undefined;
  readonly fingerprint: string;
}

export interface IdempotentAnswer<Body> {
  readonly status: number;
  readonly body: Body;
  readonly replayed: boolean;
}

/** The idempotency of this request, for `idempotently`. */
export const Idempotent = createParamDecorator((_data: unknown, context: ExecutionContext): IdempotentRequest => {
  const request = context.switchToHttp().getRequest<FastifyRequest & { principal?: Principal }>();
  const header = request.headers['idempotency-key'];
  const key = Array.isArray(header) ? header[0] : header;
  if (key !== undefined && (key.length === 0 || key.length > 200))
    throw new ProblemError('VALIDATION_FAILED', 'Idempotency-Key 长度应为 1–200 个字符');
  return {
    principalId: request.principal?.id ?? 'anonymous',
    key,
    fingerprint: fingerprintOf(request),
  };
});

/** @throws ProblemError VALIDATION_FAILED for a text that is no Unicode (half a surrogate pair): it has no canonical form and could not be stored either. */
function fingerprintOf(request: FastifyRequest): string {
  try {
    return contentHash([request.method, request.url.split('?')[0], request.body ?? null]);
  } catch (error) {
    throw new ProblemError('VALIDATION_FAILED', '请求体含有不成对的代理码位，不是合法的 Unicode 文本', [], { cause: error });
  }
}

export const idempotencyMigration: Migration = {
  name: 'platform-0001-idempotency',
  sql: `
    CREATE TABLE idempotency_key (
      principal_id text NOT NULL,
      key text NOT NULL,
      fingerprint text NOT NULL,
      status integer,
      body jsonb,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (principal_id, key)
    );
    CREATE INDEX idempotency_key_age ON idempotency_key (created_at);
    ALTER TABLE idempotency_key ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own_keys ON idempotency_key USING (principal_id = current_setting('lianxin.principal', true));
  `,
};

/** How long an answer is kept for its key: a long weekend plus slack (product §B.1). */
export const idempotencyDays = 7;

/**
 * Runs `work` once per (caller, key): the key, the answer and the effects commit together. A second request with the same key waits for the first and
 * gets its answer.
 * @throws ProblemError IDEMPOTENCY_KEY_REUSED when the key was used for another request.
 */
export async function idempotently<Body>(
  tx: Transaction,
  request: IdempotentRequest,
  work: () => Promise<{ status: number; body: Body }>,
): Promise<IdempotentAnswer<Body>> {
  if (request.key === undefined) return { ...(await work()), replayed: false };
  // The insert waits here for a request in flight with the same key: after its commit this one finds the answer, after its rollback it goes first.
  const taken = await tx.query(
    `INSERT INTO idempotency_key (principal_id, key, fingerprint) VALUES ($1, $2, $3)
     ON CONFLICT (principal_id, key) DO UPDATE SET fingerprint = excluded.fingerprint, status = NULL, body = NULL, created_at = now()
       WHERE idempotency_key.created_at < now() - make_interval(days => ${idempotencyDays})
     RETURNING 1`,
    [request.principalId, request.key, request.fingerprint],
  );
  if (taken.length === 0) {
    const [kept] = await tx.query<{ fingerprint: string; status: number; body: Body }>(
      'SELECT fingerprint, status, body FROM idempotency_key WHERE principal_id = $1 AND key = $2',
      [request.principalId, request.key],
    );
    if (kept === undefined) throw new ProblemError('CONFLICT', '同一幂等键的请求正在处理');
    if (kept.fingerprint !== request.fingerprint)
      throw new ProblemError('IDEMPOTENCY_KEY_REUSED', '该 Idempotency-Key 已用于内容不同的请求');
    return { status: kept.status, body: kept.body, replayed: true };
  }
  const answer = await work();
  await tx.execute('UPDATE idempotency_key SET status = $3, body = $4 WHERE principal_id = $1 AND key = $2', [
    request.principalId,
    request.key,
    answer.status,
    JSON.stringify(answer.body),
  ]);
  return { ...answer, replayed: false };
}

/** Sets status and `Idempotency-Replayed`, and returns the body for Nest to send. */
export function sendAnswer<Body>(reply: FastifyReply, answer: IdempotentAnswer<Body>): Body {
  void reply.status(answer.status);
  if (answer.replayed) void reply.header('Idempotency-Replayed', 'true');
  return answer.body;
}
