import { idSchema, type Principal, ProblemError } from '@lianxin/contracts';
import { Database, type IdempotentAnswer, type IdempotentRequest, idempotently, sendAnswer, type Transaction } from '@lianxin/platform';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { expectedVersion } from './if-match.rules.ts';
import { ReplayReader } from './replay.reader.ts';
import type { ReplayView } from './replay.schemas.ts';
import { type ReplayRow, ReplayStore } from './replay.store.ts';

/** What a controller passes on of a request that changes a replay. */
export interface ReplayRequest {
  readonly principal: Principal;
  readonly request: IdempotentRequest;
  readonly ifMatch?: string | undefined;
  readonly reply: FastifyReply;
}

/** Runs one change, once per idempotency key; the version of the replay is its ETag. */
@Injectable()
export class ReplayRequests {
  constructor(
    private readonly database: Database,
    private readonly reader: ReplayReader,
  ) {}

  async change(
    { principal, request, ifMatch, reply }: ReplayRequest,
    work: (tx: Transaction, version: number | undefined) => Promise<ReplayRow>,
    status = 200,
  ): Promise<ReplayView> {
    const version = expectedVersion(ifMatch);
    const answer: IdempotentAnswer<ReplayView> = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => ({ status, body: await this.reader.view(tx, await work(tx, version)) })),
    );
    void reply.header('ETag', `"${answer.body.version}"`);
    return sendAnswer(reply, answer);
  }
}

/** A replay that is none of the caller's answers 404 before its body is looked at (design §6). */
@Injectable()
export class VisibleReplayGuard implements CanActivate {
  constructor(
    private readonly database: Database,
    private readonly store: ReplayStore,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<{ params: Record<string, string>; principal: Principal }>();
    const id = idSchema.safeParse(request.params['id']);
    const row = id.success ? await this.database.transaction(request.principal, (tx) => this.store.find(tx, id.data)) : undefined;
    if (id.success && row === undefined) throw new ProblemError('NOT_FOUND', '没有该回放，或与本部门无关');
    return true;
  }
}
