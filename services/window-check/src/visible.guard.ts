import { idSchema, type Principal, ProblemError } from '@lianxin/contracts';
import { Database } from '@lianxin/platform';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { CheckStore } from './check.store.ts';

/** Guards run before bodies are looked at: the id of another department's check answers 404, whatever is sent with it (design §6). */
@Injectable()
export class VisibleCheck implements CanActivate {
  constructor(
    private readonly database: Database,
    private readonly checks: CheckStore,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { params, principal } = context.switchToHttp().getRequest<{ params: { id?: string }; principal?: Principal }>();
    const id = idSchema.safeParse(params.id);
    // What is no id at all is refused by the schema of the route.
    if (!id.success || principal === undefined) return true;
    const check = await this.database.transaction(principal, (tx) => this.checks.find(tx, id.data));
    if (check === undefined) throw new ProblemError('NOT_FOUND', '没有该核查记录，或不属于本部门');
    return true;
  }
}
