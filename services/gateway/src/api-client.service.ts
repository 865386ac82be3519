import { isDeepStrictEqual } from 'node:util';
import { type Page, type PageQuery, type Principal, ProblemError } from '@lianxin/contracts';
import {
  Database,
  decodeCursor,
  type IdempotentAnswer,
  type IdempotentRequest,
  idempotently,
  pageOf,
  type Transaction,
} from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { ClientRegistered, ClientRequest, ClientView } from './api-client.api.ts';
import { generateKey, hashKey } from './api-client.key.ts';
import { checkClient } from './api-client.rules.ts';
import {
  type ApiClientRow,
  findClientByHash,
  insertClient,
  insertFact,
  listClients,
  lockClient,
  revokeClient,
} from './api-client.store.ts';
import { Callers } from './callers.ts';

/** Programs of departments that may call the API: registered, listed, revoked. */
@Injectable()
export class ApiClientService {
  constructor(
    private readonly database: Database,
    private readonly callers: Callers,
    private readonly keysAreForTests: boolean,
  ) {}

  /**
   * Registers a client. A made key stands only in the first answer: a repeated request (same Idempotency-Key) is answered with `key: null`, for what is
   * kept for repetition must not hold a secret. The same `keySha256` with the same name and rights is the same client (200).
   * @throws ProblemError VALIDATION_FAILED, CONFLICT when the name or the key belongs to another client.
   */
  async register(principal: Principal, request: ClientRequest, repeat: IdempotentRequest): Promise<IdempotentAnswer<ClientRegistered>> {
    const decision = checkClient(request);
    if (!decision.ok) throw new ProblemError(decision.code, decision.detail, [decision]);
    const key = request.keySha256 === undefined ? generateKey(this.keysAreForTests) : undefined;
    const keyHash = key === undefined ? Buffer.from(request.keySha256 ?? '', 'hex') : hashKey(key);
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, repeat, async () => {
        const created = await insertClient(tx, { ...request, key_hash: keyHash, created_by: principal.id });
        if (created === undefined) return { status: 200, body: viewOf(await getSameClient(tx, request, keyHash)) };
        const { name, roles, departments } = created;
        await insertFact(tx, {
          clientId: created.id,
          fact: 'CLIENT_REGISTERED',
          actor: principal.id,
          detail: { name, roles, departments },
        });
        return { status: 201, body: viewOf(created) };
      }),
    );
    return { ...answer, body: { ...answer.body, key: answer.status === 201 && !answer.replayed ? (key ?? null) : null } };
  }

  list(principal: Principal, query: PageQuery): Promise<Page<ClientView>> {
    return this.database.transaction(principal, (tx) => this.readPage(tx, query));
  }

  async readPage(tx: Transaction, { cursor, limit }: PageQuery): Promise<Page<ClientView>> {
    const [after] = cursor === undefined ? [] : decodeCursor(z.tuple([z.uuid()]), cursor);
    return pageOf(await listClients(tx, after, limit + 1), limit, (row) => [row.id], viewOf);
  }

  /** Revokes a client at once; a client that was revoked before stays as it was. @throws ProblemError NOT_FOUND. */
  async revoke(principal: Principal, id: string): Promise<ClientView> {
    const row = await this.database.transaction(principal, async (tx) => {
      const client = await lockClient(tx, id);
      if (client === undefined || client.revoked_at !== null) return client;
      await insertFact(tx, { clientId: id, fact: 'CLIENT_REVOKED', actor: principal.id, detail: { name: client.name } });
      return revokeClient(tx, id, principal.id);
    });
    if (row === undefined) throw new ProblemError('NOT_FOUND', '没有此 API 客户端');
    this.callers.forget(id);
    return viewOf(row);
  }
}

/** The client that stands in the way of a registration, when it is the very same. */
async function getSameClient(tx: Transaction, request: ClientRequest, keyHash: Buffer): Promise<ApiClientRow> {
  const holder = await findClientByHash(tx, keyHash);
  if (holder === undefined) throw new ProblemError('CONFLICT', '已有同名的 API 客户端：先撤销它，或另取名称');
  const { name, roles, departments, revoked_at } = holder;
  const same = isDeepStrictEqual(
    { name, roles, departments },
    { name: request.name, roles: request.roles, departments: request.departments },
  );
  if (!same || revoked_at !== null) throw new ProblemError('CONFLICT', '该密钥已属于另一 API 客户端，或已被撤销');
  return holder;
}

function viewOf(row: ApiClientRow): ClientView {
  return {
    id: row.id,
    name: row.name,
    roles: row.roles,
    departments: row.departments,
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
    revokedAt: row.revoked_at?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
  };
}
