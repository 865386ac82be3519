import {
  idSchema,
  instantSchema,
  type Page,
  type Principal,
  pageQuerySchema,
  pageSchema,
  reviewDecisionRequestSchema,
} from '@lianxin/contracts';
import { Clock, CurrentPrincipal, Database, Idempotent, type IdempotentRequest, idempotently, Roles, sendAnswer } from '@lianxin/platform';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { EntryReviewService } from './entry-review.service.ts';
import type { ReviewRow } from './entry-review.store.ts';

const reviewViewSchema = z
  .object({
    id: idSchema,
    entryId: idSchema,
    reason: z.enum(['FOCUS_LISTED', 'RE_EVALUATION']),
    byEntryId: idSchema.nullable(),
    status: z.enum(['OPEN', 'KEPT', 'EXCLUDED', 'NOT_NEEDED']),
    department: z.string(),
    raisedAt: instantSchema,
    dueAt: instantSchema,
    overdue: z.boolean(),
    outcomeReason: z.string().nullable(),
    decidedBy: z.string().nullable(),
    decidedAt: instantSchema.nullable(),
  })
  .meta({ id: 'EntryReview' });
type ReviewView = z.infer<typeof reviewViewSchema>;
export const reviewQuerySchema = pageQuerySchema.extend({ status: z.enum(['OPEN', 'KEPT', 'EXCLUDED', 'NOT_NEEDED']).optional() });

@ApiTags('名单记录')
@Controller('api/v1/entry-reviews')
export class EntryReviewController {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly reviews: EntryReviewService,
  ) {}

  @Get()
  @ApiOperation({ summary: '红名单复核列表', description: '主体被列入重点关注名单，或年度复评到期；由红名单认定单位处理。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(reviewViewSchema) })
  async list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: reviewQuerySchema }) query: z.infer<typeof reviewQuerySchema>,
  ): Promise<Page<ReviewView>> {
    const page = await this.database.transaction(principal, (tx) => this.reviews.list(tx, query.status, query.cursor, query.limit));
    return { ...page, data: page.data.map((row) => reviewViewOf(row, this.clock.now())) };
  }

  @Post(':id/decide')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @HttpCode(200)
  @ApiOperation({ summary: '处理红名单复核', description: '保留，或认定条件已丧失而移除（T20）；须说明理由和文书。' })
  @ApiResponse({ status: 200, standardSchema: reviewViewSchema })
  async decide(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: reviewDecisionRequestSchema }) body: z.infer<typeof reviewDecisionRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReviewView> {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => {
        const row = await this.reviews.decide(tx, principal, id, body);
        return { status: 200, body: reviewViewOf(row, this.clock.now()) };
      }),
    );
    return sendAnswer(reply, answer);
  }
}

export function reviewViewOf(row: ReviewRow, now: Date): ReviewView {
  return {
    id: row.id,
    entryId: row.entry_id,
    reason: row.reason,
    byEntryId: row.by_entry_id,
    status: row.status,
    department: row.department_code,
    raisedAt: row.raised_at.toISOString(),
    dueAt: row.due_at.toISOString(),
    overdue: (row.decided_at ?? now) > row.due_at,
    outcomeReason: row.outcome_reason,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at?.toISOString() ?? null,
  };
}
