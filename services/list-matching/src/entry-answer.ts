import { type ListEntryView, type Principal, ProblemError } from '@lianxin/contracts';
import { Database, type IdempotentAnswer, type IdempotentRequest, idempotently, sendAnswer, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { retryLostRace } from './race.ts';

/** Version in an `If-Match` header; undefined when the caller does not care. */
export function expectedVersion(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const version = /^(?:W\/)?"?(\d{1,9})"?$/.exec(header.trim())?.[1];
  if (version === undefined) throw new ProblemError('STALE', 'If-Match 应为读取时得到的 ETag');
  return Number(version);
}

/** The version of the entry is its ETag. */
export function sendEntry(reply: FastifyReply, answer: IdempotentAnswer<ListEntryView>): ListEntryView {
  void reply.header('ETag', `"${answer.body.version}"`);
  return sendAnswer(reply, answer);
}

/** What a controller passes on of a request that changes an entry. */
export interface EntryRequest {
  readonly principal: Principal;
  readonly request: IdempotentRequest;
  readonly ifMatch: string | undefined;
  readonly reply: FastifyReply;
}

/** Runs one change of one entry: once per idempotency key, again when it lost a race, answered with the new version. */
@Injectable()
export class EntryRequests {
  constructor(private readonly database: Database) {}

  async change(
    { principal, request, ifMatch, reply }: EntryRequest,
    work: (tx: Transaction, version: number | undefined) => Promise<ListEntryView>,
  ): Promise<ListEntryView> {
    const version = expectedVersion(ifMatch);
    const answer = await retryLostRace(() =>
      this.database.transaction(principal, (tx) => idempotently(tx, request, async () => ({ status: 200, body: await work(tx, version) }))),
    );
    return sendEntry(reply, answer);
  }
}
