import { idSchema, type Principal, ProblemError } from '@lianxin/contracts';
import { Database } from '@lianxin/platform';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { endedAccessOf, mayReadEntry } from './ended-entry.rules.ts';
import { findStored } from './list-entry.store.ts';

/** An entry of another department answers 404 before its body is looked at (design §6): guards run before the body is checked. */
@Injectable()
export class VisibleEntryGuard implements CanActivate {
  constructor(private readonly database: Database) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<{ params: Record<string, string>; principal: Principal }>();
    const id = idSchema.safeParse(request.params['id']);
    const row = id.success ? await this.database.transaction(request.principal, (tx) => findStored(tx, id.data)) : undefined;
    if (id.success && (row === undefined || !mayReadEntry(endedAccessOf(request.principal), row)))
      throw new ProblemError('NOT_FOUND', '没有该名单记录，或不属于本部门');
    return true;
  }
}
