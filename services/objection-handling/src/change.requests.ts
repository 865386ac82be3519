import { idSchema, type Principal, ProblemError } from '@lianxin/contracts';
import { type Database, type IdempotentRequest, idempotently, sendAnswer, type Transaction } from '@lianxin/platform';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { expectedVersion } from './if-match.rules.ts';

/** What a controller passes on of a request that changes something. */
export interface ChangeRequest {
  readonly principal: Principal;
  readonly request: IdempotentRequest;
  readonly ifMatch?: string | undefined;
  readonly reply: FastifyReply;
}

/** Runs one change, once per idempotency key; the version of what was changed is its ETag. */
export class ChangeRequests<Row, View extends { readonly version: number }> {
  constructor(
    private readonly database: Database,
    private readonly reader: { view(tx: Transaction, row: Row): Promise<View> },
  ) {}

  async change(
    { principal, request, ifMatch, reply }: ChangeRequest,
    work: (tx: Transaction, version: number | undefined) => Promise<Row>,
    status = 200,
  ): Promise<View> {
    const version = expectedVersion(ifMatch);
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => ({ status, body: await this.reader.view(tx, await work(tx, version)) })),
    );
    void reply.header('ETag', `"${answer.body.version}"`);
    return sendAnswer(reply, answer);
  }
}

/** What is none of the caller's answers 404 before the body is looked at (design §6). What is no id at all is refused by the schema of the route. */
export class VisibleGuard<Row> implements CanActivate {
  constructor(
    private readonly database: Database,
    private readonly store: { find(tx: Transaction, id: string): Promise<Row | undefined> },
    private readonly missingZh: string,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { params, principal } = context.switchToHttp().getRequest<{ params: Record<string, string>; principal: Principal }>();
    const id = idSchema.safeParse(params['id']);
    if (!id.success) return true;
    const row = await this.database.transaction(principal, (tx) => this.store.find(tx, id.data));
    if (row === undefined) throw new ProblemError('NOT_FOUND', this.missingZh);
    return true;
  }
}
