import { idSchema, type Page, type Principal, pageQuerySchema, pageSchema } from '@lianxin/contracts';
import {
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
import { MatchCandidateService } from './match-candidate.service.ts';
import { type CandidateView, candidateStatusSchema, candidateViewSchema } from './match-candidate.view.ts';
import { MatchReviewService } from './match-review.service.ts';
import { retryLostRace } from './race.ts';

const oneOrMore = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(candidateStatusSchema).min(1));
export const querySchema = pageQuerySchema.extend({
  status: oneOrMore.optional(),
  grade: z.string().trim().max(20).optional(),
  sourceKind: z.string().trim().max(40).optional(),
  sourceId: z.string().trim().max(200).optional(),
});
const text = z.string().trim().min(1).max(2000);
const verdictSchema = z
  .object({
    reason: text,
    /** What the decision rests on: documents that were looked at (R-11-1). */
    evidence: z
      .array(z.object({ kind: z.string().trim().min(1).max(50), reference: z.string().trim().min(1).max(200) }))
      .max(20)
      .optional(),
  })
  .meta({ id: 'MatchDecision' });
const questionSchema = z.object({ question: text }).meta({ id: 'MatchQuestion' });
const answerSchema = z.object({ answer: text }).meta({ id: 'MatchAnswer' });
const revealRequestSchema = z.object({ purpose: z.string().trim().min(1).max(500) }).meta({ id: 'MatchRevealRequest' });
const revealSchema = z.object({ registerName: z.string(), decisionName: z.string() }).meta({ id: 'MatchReveal' });

@ApiTags('比对')
@Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR', 'AUDITOR')
@Controller('api/v1/match-candidates')
export class MatchCandidateController {
  constructor(
    private readonly database: Database,
    private readonly candidates: MatchCandidateService,
    private readonly reviews: MatchReviewService,
  ) {}

  @Get()
  @ApiOperation({
    summary: '身份待核队列',
    description: '未达到“一致”的全部比对：认定、导入和国家批次。先按得分，再按名单严重程度排列。status 可取多个，逗号分隔。',
  })
  @ApiResponse({ status: 200, standardSchema: pageSchema(candidateViewSchema) })
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: querySchema }) query: z.infer<typeof querySchema>,
  ): Promise<Page<CandidateView>> {
    return this.database.transaction(principal, (tx) => this.candidates.list(tx, query, query.cursor, query.limit));
  }

  @Get(':id')
  @ApiOperation({ summary: '一条待核比对', description: '登记库与来文逐项并列，标出差异，附候选数、来源和各项说明。' })
  @ApiResponse({ status: 200, standardSchema: candidateViewSchema })
  get(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<CandidateView> {
    return this.database.transaction(principal, (tx) => this.candidates.get(tx, id));
  }

  @Post(':id/reveal')
  @Roles('CREDIT_OFFICE')
  @HttpCode(200)
  @ApiOperation({ summary: '查看双方全名', description: '须说明用途；查看人和用途留痕。' })
  @ApiResponse({ status: 200, standardSchema: revealSchema })
  reveal(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: revealRequestSchema }) body: z.infer<typeof revealRequestSchema>,
  ): Promise<z.infer<typeof revealSchema>> {
    return this.database.transaction(principal, (tx) => this.candidates.reveal(tx, principal, id, body.purpose));
  }

  @Post(':id/confirm')
  @Roles('CREDIT_OFFICE')
  @HttpCode(200)
  @ApiOperation({ summary: '确认为同一主体', description: '该记录的全部比对确认后，认定继续并生效；同一记录的其他候选随之排除。' })
  @ApiResponse({ status: 200, standardSchema: candidateViewSchema })
  confirm(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: verdictSchema }) body: z.infer<typeof verdictSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CandidateView> {
    return this.decide(principal, request, reply, id, (tx) => this.reviews.same(tx, principal, id, body));
  }

  @Post(':id/dismiss')
  @Roles('CREDIT_OFFICE')
  @HttpCode(200)
  @ApiOperation({
    summary: '认定不是同一主体',
    description: '记住此判断：双方信息不变则不再询问。号码相同而名称不同的，记录退回，不予认定。',
  })
  @ApiResponse({ status: 200, standardSchema: candidateViewSchema })
  dismiss(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: verdictSchema }) body: z.infer<typeof verdictSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CandidateView> {
    return this.decide(principal, request, reply, id, (tx) => this.reviews.different(tx, principal, id, body));
  }

  @Post(':id/ask')
  @Roles('CREDIT_OFFICE')
  @HttpCode(200)
  @ApiOperation({ summary: '向来源单位查询', description: '来源单位 3 个工作日内答复；逾期未答的退回待核。' })
  @ApiResponse({ status: 200, standardSchema: candidateViewSchema })
  ask(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: questionSchema }) body: z.infer<typeof questionSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CandidateView> {
    return this.decide(principal, request, reply, id, (tx) => this.reviews.ask(tx, principal, id, body.question));
  }

  @Post(':id/answer')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_CENTRE_OPERATOR')
  @HttpCode(200)
  @ApiOperation({ summary: '来源单位答复查询' })
  @ApiResponse({ status: 200, standardSchema: candidateViewSchema })
  answer(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: answerSchema }) body: z.infer<typeof answerSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CandidateView> {
    return this.decide(principal, request, reply, id, (tx) => this.reviews.answer(tx, principal, id, body.answer));
  }

  @Post(':id/undo')
  @Roles('CREDIT_OFFICE')
  @HttpCode(200)
  @ApiOperation({
    summary: '撤销已确认的比对',
    description: '确认有误：由此生效的记录按平台差错撤销（T18），其任务全部取消，该判断计入差错。',
  })
  @ApiResponse({ status: 200, standardSchema: candidateViewSchema })
  undo(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: verdictSchema }) body: z.infer<typeof verdictSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CandidateView> {
    return this.decide(principal, request, reply, id, (tx) => this.reviews.undo(tx, principal, id, body));
  }

  private async decide(
    principal: Principal,
    request: IdempotentRequest,
    reply: FastifyReply,
    id: string,
    work: (tx: Transaction) => Promise<void>,
  ): Promise<CandidateView> {
    const answer = await retryLostRace(() =>
      this.database.transaction(principal, (tx) =>
        idempotently(tx, request, async () => {
          await work(tx);
          return { status: 200, body: await this.candidates.get(tx, id) };
        }),
      ),
    );
    return sendAnswer(reply, answer);
  }
}
