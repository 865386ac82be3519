import { timingSafeEqual } from 'node:crypto';
import type { Principal } from '@lianxin/contracts';
import { Database, type TokenSigner } from '@lianxin/platform';
import { hashKey, isKey } from './api-client.key.ts';
import { findClientByHash, touchClient } from './api-client.store.ts';

/** Who a key belongs to, and the token with which the services are told so. */
export interface Caller {
  readonly principal: Principal;
  readonly token: string;
}

interface KnownCaller {
  readonly principal: Principal;
  /** When the key is looked up again: the longest that another replica's revocation stays unnoticed here. */
  readonly knownUntil: number;
  token?: { readonly text: string; readonly freshUntil: number };
}

const knownForMs = 10_000;
/** A token lives 60 s; one that is handed on has at least half of that left. */
const tokenFreshMs = 30_000;
const maximumKnown = 10_000;

/** The keys that were seen lately, so that a request costs neither a query nor a signature. */
export class Callers {
  private readonly known = new Map<string, KnownCaller>();
  private readonly bootstrapHash: Buffer | undefined;

  constructor(
    private readonly database: Database,
    private readonly signer: TokenSigner,
    bootstrapKey: string | undefined,
  ) {
    this.bootstrapHash = bootstrapKey === undefined ? undefined : hashKey(bootstrapKey);
  }

  /** The caller behind a key; undefined when there is none, or it was revoked. */
  async find(key: string): Promise<Caller | undefined> {
    const hash = hashKey(key);
    const id = hash.toString('base64');
    const now = Date.now();
    let caller = this.known.get(id);
    if (caller === undefined || caller.knownUntil < now) {
      const principal = await this.lookUp(key, hash);
      if (principal === undefined) {
        this.known.delete(id);
        return undefined;
      }
      caller = this.remember(id, { principal, knownUntil: now + knownForMs, token: caller?.token });
    }
    if (caller.token === undefined || caller.token.freshUntil < now) {
      caller.token = { text: await this.signer.sign(caller.principal), freshUntil: now + tokenFreshMs };
    }
    return { principal: caller.principal, token: caller.token.text };
  }

  /** A revoked client is unknown from this moment on. */
  forget(clientId: string): void {
    for (const [id, caller] of this.known) if (caller.principal.id === clientId) this.known.delete(id);
  }

  private async lookUp(key: string, hash: Buffer): Promise<Principal | undefined> {
    if (this.bootstrapHash !== undefined && timingSafeEqual(hash, this.bootstrapHash)) {
      return { id: 'bootstrap', kind: 'SERVICE', roles: ['REPLAY_ADMIN'], departments: [], displayName: 'bootstrap key' };
    }
    if (!isKey(key)) return undefined;
    return this.database.consumerTransaction(async (tx) => {
      const client = await findClientByHash(tx, hash);
      if (client === undefined || client.revoked_at !== null) return undefined;
      await touchClient(tx, client.id);
      return { id: client.id, kind: 'API_CLIENT', roles: client.roles, departments: client.departments, displayName: client.name };
    });
  }

  private remember(id: string, caller: KnownCaller): KnownCaller {
    this.known.delete(id);
    const oldest = this.known.keys().next();
    if (this.known.size >= maximumKnown && !oldest.done) this.known.delete(oldest.value);
    this.known.set(id, caller);
    return caller;
  }
}
