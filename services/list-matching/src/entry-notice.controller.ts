import {
  defenceRequestSchema,
  idSchema,
  type ListEntryView,
  listEntryViewSchema,
  openPublicNoticeRequestSchema,
  type Principal,
  publicObjectionRequestSchema,
  reviewDefenceRequestSchema,
  reviewObjectionRequestSchema,
  serveNoticeRequestSchema,
  waiveDefenceRequestSchema,
} from '@lianxin/contracts';
import { CurrentPrincipal, Idempotent, type IdempotentRequest, Roles } from '@lianxin/platform';
import { Body, Controller, Headers, HttpCode, Param, Post, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { EntryRequests } from './entry-answer.ts';
import { EntryStepService } from './entry-step.service.ts';
import { VisibleEntryGuard } from './visible-entry.guard.ts';

/** Notice and defence of a punishment, public notice of an honour (T3–T11). */
@ApiTags('名单记录')
@UseGuards(VisibleEntryGuard)
@Controller('api/v1/list-entries')
export class EntryNoticeController {
  constructor(
    private readonly requests: EntryRequests,
    private readonly steps: EntryStepService,
  ) {}

  @Post(':id/serve-notice')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @HttpCode(200)
  @ApiOperation({
    summary: '送达事前告知',
    description:
      '告知书须载明事由、依据、拟采取措施、陈述申辩权利、期限和渠道（R-2-6）；自送达次日起计算陈述申辩期，公告满 30 日视为送达。',
  })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  serveNotice(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: serveNoticeRequestSchema }) body: z.infer<typeof serveNoticeRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.steps.serveNotice(tx, principal, id, version, body),
    );
  }

  @Post(':id/defence')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @HttpCode(200)
  @ApiOperation({ summary: '登记陈述申辩', description: '须在陈述申辩期内收到；期内收到的，在决定签发前可以补录（T6）。' })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  defence(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: defenceRequestSchema }) body: z.infer<typeof defenceRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.steps.defence(tx, principal, id, version, body),
    );
  }

  @Post(':id/waive-defence')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @HttpCode(200)
  @ApiOperation({ summary: '登记放弃陈述申辩', description: '当事人书面放弃，陈述申辩期即告结束（T7）。' })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  waiveDefence(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: waiveDefenceRequestSchema }) body: z.infer<typeof waiveDefenceRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.steps.waiveDefence(tx, principal, id, version, body),
    );
  }

  @Post(':id/review-defence')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @HttpCode(200)
  @ApiOperation({
    summary: '复核陈述申辩',
    description: '须说明理由。不成立的转入认定（T8）；成立的不予认定（T9），可同时生成重点关注名单草稿。',
  })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  reviewDefence(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: reviewDefenceRequestSchema }) body: z.infer<typeof reviewDefenceRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.steps.reviewDefence(tx, principal, id, version, body),
    );
  }

  @Post(':id/open-public-notice')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @HttpCode(200)
  @ApiOperation({ summary: '开始红名单公示', description: '公示期届满时自动再次核查黑名单（T10）。' })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  openPublicNotice(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: openPublicNoticeRequestSchema }) body: z.infer<typeof openPublicNoticeRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.steps.openPublicNotice(tx, principal, id, version, body),
    );
  }

  @Post(':id/object')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @HttpCode(200)
  @ApiOperation({ summary: '登记公示异议', description: '异议处理完毕前公示不结束。' })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  object(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: publicObjectionRequestSchema }) body: z.infer<typeof publicObjectionRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.steps.object(tx, principal, id, version, body),
    );
  }

  @Post(':id/review-objection')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @HttpCode(200)
  @ApiOperation({ summary: '处理公示异议', description: '成立的不予认定（T11）。' })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  reviewObjection(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: reviewObjectionRequestSchema }) body: z.infer<typeof reviewObjectionRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.steps.reviewObjection(tx, principal, id, version, body),
    );
  }
}
