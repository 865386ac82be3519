import { randomUUIDv7 } from 'node:crypto';
import {
  cityWideRoles,
  type IncidentQuery,
  idSchema,
  incidentGroupViewSchema,
  incidentQuerySchema,
  incidentViewSchema,
  type PageQuery,
  type Principal,
  ProblemError,
  pageQuerySchema,
  pageSchema,
} from '@lianxin/contracts';
import {
  Clock,
  CurrentPrincipal,
  Database,
  Idempotent,
  type IdempotentRequest,
  idempotently,
  Roles,
  sendAnswer,
  type Transaction,
} from '@lianxin/platform';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { type JobView, jobViewSchema } from './catalogue-draft.api.ts';
import { CatalogueJobRunner } from './catalogue-job.runner.ts';
import { CatalogueJobStore } from './catalogue-job.store.ts';
import { jobViewOf } from './catalogue-job.view.ts';
import { IncidentStore } from './incident.store.ts';
import { readIncidentGroups, readIncidents } from './incident.view.ts';

const groupSchema = z.object({ cause: z.enum(['NO_MEASURE_FOUND', 'NO_DEPARTMENT']), groupKey: z.string().min(1).max(100) });
type Group = z.infer<typeof groupSchema>;
const ignoreSchema = z.object({
  reason: z.string().trim().min(1).max(500),
  /** All open ones of the same cause and key. */
  wholeGroup: z.boolean().default(false),
});
const ignoredSchema = z.object({ ignored: z.int() });

/** What the credit office must look at: entries without any measure, measures without a department. */
@ApiTags('分解')
@Controller('api/v1/incidents')
export class IncidentController {
  constructor(
    private readonly database: Database,
    private readonly store: IncidentStore,
    private readonly jobs: CatalogueJobStore,
    private readonly runner: CatalogueJobRunner,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Roles(...cityWideRoles)
  @ApiOperation({
    summary: '分解异常',
    description: '没有产生任何措施的名单记录，以及找不到执行部门的措施；同一原因的异常有相同的 groupKey。',
  })
  @ApiResponse({ status: 200, standardSchema: pageSchema(incidentViewSchema) })
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: incidentQuerySchema }) query: IncidentQuery) {
    return this.database.transaction(principal, (tx) => readIncidents(this.store, tx, query));
  }

  @Get('groups')
  @Roles(...cityWideRoles)
  @ApiOperation({ summary: '按原因归并的未决异常', description: '最多的在前；补充部门或措施后可整组重试。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(incidentGroupViewSchema) })
  groups(@CurrentPrincipal() principal: Principal, @Query({ schema: pageQuerySchema }) query: PageQuery) {
    return this.database.transaction(principal, (tx) => readIncidentGroups(this.store, tx, query));
  }

  @Post('groups/retry')
  @HttpCode(202)
  @Roles('CREDIT_OFFICE')
  @ApiOperation({ summary: '整组重试', description: '按现行目录重新分解同一原因的全部记录；以返回的作业查看进度。已解决的不再列出。' })
  @ApiResponse({ status: 202, standardSchema: jobViewSchema })
  async retryGroup(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: groupSchema }) group: Group,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobView> {
    return this.retried(principal, request, reply, async () => group);
  }

  @Post(':id/retry')
  @HttpCode(202)
  @Roles('CREDIT_OFFICE')
  @ApiOperation({ summary: '重试', description: '连同同一原因的全部异常一并重试。' })
  @ApiResponse({ status: 202, standardSchema: jobViewSchema })
  async retry(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobView> {
    return this.retried(principal, request, reply, (tx) => this.groupOf(tx, id));
  }

  @Post(':id/ignore')
  @HttpCode(200)
  @Roles('CREDIT_OFFICE')
  @ApiOperation({ summary: '不处理', description: '写明理由；wholeGroup 为 true 时同一原因的全部未决异常一并不处理。' })
  @ApiResponse({ status: 200, standardSchema: ignoredSchema })
  ignore(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: ignoreSchema }) body: z.infer<typeof ignoreSchema>,
  ): Promise<z.infer<typeof ignoredSchema>> {
    return this.database.transaction(principal, async (tx) => {
      const group = await this.groupOf(tx, id);
      const meant = { ...group, incidentId: body.wholeGroup ? null : id };
      const ignored = await this.store.ignore(tx, meant, principal.id, body.reason, this.clock.now());
      if (ignored === 0) throw new ProblemError('CONFLICT', '该异常已解决或已不处理');
      return { ignored };
    });
  }

  private async groupOf(tx: Transaction, id: string): Promise<Group> {
    const incident = await this.store.get(tx, id);
    if (incident === undefined) throw new ProblemError('NOT_FOUND', `没有异常 ${id}`);
    return { cause: incident.cause, groupKey: incident.group_key };
  }

  /** One job for all plans of the group: what was missing is looked up again in the catalogue in force. */
  private async retried(
    principal: Principal,
    request: IdempotentRequest,
    reply: FastifyReply,
    groupOf: (tx: Transaction) => Promise<Group>,
  ): Promise<JobView> {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => {
        const group = await groupOf(tx);
        const total = await this.store.countPlans(tx, group.cause, group.groupKey);
        if (total === 0) throw new ProblemError('NOT_FOUND', `没有 ${group.groupKey} 的未决异常`);
        const jobId = randomUUIDv7();
        const createdAt = this.clock.now();
        const scope = { lists: null, since: null, group };
        await this.jobs.insert(tx, { jobId, kind: 'RETRY', scope, total, requestedBy: principal.id, createdAt });
        tx.afterCommit(() => this.runner.wake());
        const job = await this.jobs.find(tx, jobId);
        if (job === undefined) throw new Error(`job ${jobId} is not there`);
        return { status: 202, body: jobViewOf(job, createdAt) };
      }),
    );
    void reply.header('Location', `/api/v1/catalogue/jobs/${answer.body.id}`);
    return sendAnswer(reply, answer);
  }
}
