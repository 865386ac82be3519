import { idSchema, type Principal } from '@lianxin/contracts';
import { Database } from '@lianxin/platform';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { getEntry } from './list-entry.service.ts';

/** An entry of another department answers 404 before its body is looked at (design §6): guards run before the body is checked. */
@Injectable()
export class VisibleEntryGuard implements CanActivate {
  constructor(private readonly database: Database) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<{ params: Record<string, string>; principal: Principal }>();
    const id = idSchema.safeParse(request.params['id']);
    if (id.success) await this.database.transaction(request.principal, (tx) => getEntry(tx, id.data));
    return true;
  }
}
