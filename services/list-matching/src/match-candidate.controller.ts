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
import { retryLostRace } from './race.ts';

export const querySchema = pageQuerySchema.extend({ status: candidateStatusSchema.optional() });
const decisionSchema = z.object({ reason: z.string().trim().min(1).max(2000) }).meta({ id: 'MatchDecision' });
const revealRequestSchema = z.object({ purpose: z.string().trim().min(1).max(500) }).meta({ id: 'MatchRevealRequest' });
const revealSchema = z.object({ registerName: z.string(), decisionName: z.string() }).meta({ id: 'MatchReveal' });

@ApiTags('比对')
@Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR', 'AUDITOR')
@Controller('api/v1/match-candidates')
export class MatchCandidateController {
  constructor(
    private readonly database: Database,
    private readonly matches: MatchCandidateService,
  ) {}

  @Get()
  @ApiOperation({ summary: '身份待核队列', description: '号码已登记而名称不同的认定，按到达先后排列。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(candidateViewSchema) })
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: querySchema }) query: z.infer<typeof querySchema>,
  ): Promise<Page<CandidateView>> {
    return this.database.transaction(principal, (tx) => this.matches.list(tx, query.status, query.cursor, query.limit));
  }

  @Get(':id')
  @ApiOperation({ summary: '一条待核比对' })
  @ApiResponse({ status: 200, standardSchema: candidateViewSchema })
  get(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<CandidateView> {
    return this.database.transaction(principal, (tx) => this.matches.get(tx, id));
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
    return this.database.transaction(principal, (tx) => this.matches.reveal(tx, principal, id, body.purpose));
  }

  @Post(':id/confirm')
  @Roles('CREDIT_OFFICE')
  @HttpCode(200)
  @ApiOperation({ summary: '确认为同一主体', description: '该记录的全部比对确认后，认定继续并生效。' })
  @ApiResponse({ status: 200, standardSchema: candidateViewSchema })
  confirm(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: decisionSchema }) body: z.infer<typeof decisionSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CandidateView> {
    return this.decide(principal, request, reply, (tx) => this.matches.confirm(tx, principal, id, body.reason));
  }

  @Post(':id/dismiss')
  @Roles('CREDIT_OFFICE')
  @HttpCode(200)
  @ApiOperation({ summary: '认定不是同一主体', description: '记录退回，不予认定。' })
  @ApiResponse({ status: 200, standardSchema: candidateViewSchema })
  dismiss(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: decisionSchema }) body: z.infer<typeof decisionSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CandidateView> {
    return this.decide(principal, request, reply, (tx) => this.matches.dismiss(tx, principal, id, body.reason));
  }

  private async decide(
    principal: Principal,
    request: IdempotentRequest,
    reply: FastifyReply,
    work: (tx: Transaction) => Promise<CandidateView>,
  ): Promise<CandidateView> {
    const answer = await retryLostRace(() =>
      this.database.transaction(principal, (tx) => idempotently(tx, request, async () => ({ status: 200, body: await work(tx) }))),
    );
    return sendAnswer(reply, answer);
  }
}
