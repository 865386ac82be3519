import { idSchema, type Principal, ProblemError } from '@lianxin/contracts';
import { Database } from '@lianxin/platform';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { findRepair } from './repair.store.ts';

/** Guards run before bodies are looked at: the id of another tenant's application answers 404, whatever is sent with it (design §6). */
@Injectable()
export class VisibleRepair implements CanActivate {
  constructor(private readonly database: Database) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { params, principal } = context.switchToHttp().getRequest<{ params: { id?: string }; principal?: Principal }>();
    const id = idSchema.safeParse(params.id);
    // What is no id at all is refused by the schema of the route.
    if (!id.success || principal === undefined) return true;
    const row = await this.database.transaction(principal, (tx) => findRepair(tx, id.data));
    if (row === undefined) throw new ProblemError('NOT_FOUND', '没有此修复申请，或不属于本部门');
    return true;
  }
}
