import { timingSafeEqual } from 'node:crypto';
import { type Principal, ProblemError } from '@lianxin/contracts';
import { type Clock, type Database, isTransientDatabaseError, type TokenSigner } from '@lianxin/platform';
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
  /** When the database last said that the key is good. */
  readonly confirmedAt: number;
  /** It could not be asked; until then nobody waits for it again. */
  awayUntil: number;
  token?: { readonly text: string; readonly freshUntil: number };
}

interface AskedKey {
  readonly id: string;
  readonly key: string;
  readonly hash: Buffer;
}

const knownForMs = 10_000;
/** A token lives 60 s; one that is handed on has at least half of that left. */
const tokenFreshMs = 30_000;
const maximumKnown = 10_000;
/** The longest that anybody waits to be recognised. */
const lookUpMs = 10_000;

/** While the database cannot be asked, a key that was good so long ago still is for what is answered without it: half a working day. */
const graceMs = 4 * 3_600_000;
/** The longest that such a request waits, for the window prompt is given up after 800 ms; and how soon after that one of them asks again. */
const outageLookUpMs = 100;
const askAgainMs = 5_000;

/** The keys that were seen lately, so that a request costs neither a query nor a signature. */
export class Callers {
  private readonly known = new Map<string, KnownCaller>();
  private readonly bootstrapHash: Buffer | undefined;

  constructor(
    private readonly database: Database,
    private readonly signer: TokenSigner,
    bootstrapKey: string | undefined,
    private readonly clock: Clock,
  ) {
    this.bootstrapHash = bootstrapKey === undefined ? undefined : hashKey(bootstrapKey);
  }

  /**
   * The caller behind a key; undefined when there is none, or it was revoked.
   * @param inOutage for what is answered without the database (R-4-14: a window check is registered then): a key that was good a few hours ago still is while
   * the database cannot be asked. A revocation that another replica made just before is noticed when it can be asked again.
   * @throws ProblemError UNAVAILABLE when the database does not say in time whose the key is, or a fault of the database.
   */
  async find(key: string, inOutage = false): Promise<Caller | undefined> {
    const hash = hashKey(key);
    const id = hash.toString('base64');
    const now = this.clock.now().getTime();
    let caller = this.known.get(id);
    if (caller === undefined || caller.knownUntil < now) {
      const before = inOutage && caller !== undefined && now < caller.confirmedAt + graceMs ? caller : undefined;
      const asked = { id, key, hash };
      caller = before === undefined ? await within(this.recognise(asked), lookUpMs) : await this.recogniseInOutage(asked, before);
      if (caller === undefined) return undefined;
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

  /** What the database says of a key counts from then on, also when nobody waits for it any more. */
  private async recognise({ id, key, hash }: AskedKey): Promise<KnownCaller | undefined> {
    const principal = await this.lookUp(key, hash);
    if (principal === undefined) {
      this.known.delete(id);
      return undefined;
    }
    const now = this.clock.now().getTime();
    return this.remember(id, { principal, knownUntil: now + knownForMs, confirmedAt: now, awayUntil: 0, token: this.known.get(id)?.token });
  }

  /** As `recognise`; whoever was known before stays so while the database cannot be asked. */
  private async recogniseInOutage(asked: AskedKey, before: KnownCaller): Promise<KnownCaller | undefined> {
    if (this.clock.now().getTime() < before.awayUntil) return before;
    try {
      return await within(this.recognise(asked), outageLookUpMs);
    } catch (error) {
      if (!(error instanceof ProblemError) && !isTransientDatabaseError(error)) throw error;
      before.awayUntil = this.clock.now().getTime() + askAgainMs;
      return before;
    }
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

/** @throws ProblemError UNAVAILABLE when it takes longer. */
async function within<Result>(work: Promise<Result>, waitMs: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new ProblemError('UNAVAILABLE', '数据库暂不可用，无法核对 API 密钥')), waitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
