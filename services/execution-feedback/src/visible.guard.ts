import { idSchema, type Principal, ProblemError } from '@lianxin/contracts';
import { Database } from '@lianxin/platform';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { FeedbackStore } from './feedback.store.ts';
import { TaskStore } from './task.store.ts';
import { ZeroReportStore } from './zero-report.store.ts';

interface RequestForOne {
  params: { id?: string };
  principal?: Principal;
}

/** Guards run before bodies are looked at: the id of another tenant's task answers 404, whatever is sent with it (design §6). */
@Injectable()
export class VisibleTask implements CanActivate {
  constructor(
    private readonly database: Database,
    private readonly tasks: TaskStore,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { params, principal } = context.switchToHttp().getRequest<RequestForOne>();
    const id = idSchema.safeParse(params.id);
    // What is no id at all is refused by the schema of the route.
    if (!id.success || principal === undefined) return true;
    const task = await this.database.transaction(principal, (tx) => this.tasks.findTask(tx, id.data));
    if (task === undefined) throw new ProblemError('NOT_FOUND', '没有此任务，或不属于本部门');
    return true;
  }
}

/** The same for feedback. */
@Injectable()
export class VisibleFeedback implements CanActivate {
  constructor(
    private readonly database: Database,
    private readonly feedback: FeedbackStore,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { params, principal } = context.switchToHttp().getRequest<RequestForOne>();
    const id = idSchema.safeParse(params.id);
    if (!id.success || principal === undefined) return true;
    const feedback = await this.database.transaction(principal, (tx) => this.feedback.find(tx, id.data));
    if (feedback === undefined) throw new ProblemError('NOT_FOUND', '没有此反馈，或不属于本部门');
    return true;
  }
}

/** The same for zero reports. */
@Injectable()
export class VisibleZeroReport implements CanActivate {
  constructor(
    private readonly database: Database,
    private readonly reports: ZeroReportStore,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { params, principal } = context.switchToHttp().getRequest<RequestForOne>();
    const id = idSchema.safeParse(params.id);
    if (!id.success || principal === undefined) return true;
    const report = await this.database.transaction(principal, (tx) => this.reports.find(tx, id.data));
    if (report === undefined) throw new ProblemError('NOT_FOUND', '没有此零报告，或不属于本部门');
    return true;
  }
}
