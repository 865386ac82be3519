import {
  idSchema,
  type ListEntryView,
  listEntryViewSchema,
  type Principal,
  prepareDecisionRequestSchema,
  returnDecisionRequestSchema,
  serveDecisionRequestSchema,
  signDecisionRequestSchema,
} from '@lianxin/contracts';
import { CurrentPrincipal, Idempotent, type IdempotentRequest, Roles } from '@lianxin/platform';
import { Body, Controller, Headers, HttpCode, Param, Post, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { EntryRequests } from './entry-answer.ts';
import { EntryStepService } from './entry-step.service.ts';
import { VisibleEntryGuard } from './visible-entry.guard.ts';

/** The decision: drawn up, returned or signed by another person, served (T12). */
@ApiTags('名单记录')
@UseGuards(VisibleEntryGuard)
@Controller('api/v1/list-entries')
export class EntryDecisionController {
  constructor(
    private readonly requests: EntryRequests,
    private readonly steps: EntryStepService,
  ) {}

  @Post(':id/decide')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @HttpCode(200)
  @ApiOperation({ summary: '拟定认定文书', description: '文书须载明事实、依据、惩戒措施提示、移出条件和程序、救济途径（R-2-7）。' })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  prepare(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: prepareDecisionRequestSchema }) body: z.infer<typeof prepareDecisionRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.steps.prepare(tx, principal, id, version, body),
    );
  }

  @Post(':id/return')
  @Roles('DEPT_APPROVER')
  @HttpCode(200)
  @ApiOperation({ summary: '退回拟稿' })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  returnDecision(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: returnDecisionRequestSchema }) body: z.infer<typeof returnDecisionRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.steps.return(tx, principal, id, version, body),
    );
  }

  @Post(':id/approve')
  @Roles('DEPT_APPROVER')
  @HttpCode(200)
  @ApiOperation({ summary: '签发认定文书', description: '签发人不得是起草、提交或拟稿的人（R-9-5）；不得早于陈述申辩期或公示期届满。' })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  sign(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: signDecisionRequestSchema }) body: z.infer<typeof signDecisionRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) => this.steps.sign(tx, principal, id, version, body));
  }

  @Post(':id/serve')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @HttpCode(200)
  @ApiOperation({
    summary: '送达决定并生效',
    description: '黑名单须同时送达信用修复告知书（两书同达）。公告送达的满 30 日自动生效（R-2-6a）。',
  })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  serve(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: serveDecisionRequestSchema }) body: z.infer<typeof serveDecisionRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.steps.serve(tx, principal, id, version, body),
    );
  }
}
