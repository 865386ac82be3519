import {
  type CorrectionRequest,
  correctionRequestSchema,
  idSchema,
  type ListEntryView,
  listEntryViewSchema,
  type Principal,
  type ReturnDecisionRequest,
  returnDecisionRequestSchema,
} from '@lianxin/contracts';
import { CurrentPrincipal, Idempotent, type IdempotentRequest, Roles } from '@lianxin/platform';
import { Body, Controller, Headers, HttpCode, Param, Post, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { EntryRequests } from './entry-answer.ts';
import { EntryCorrectionService } from './entry-correction.service.ts';
import { VisibleEntryGuard } from './visible-entry.guard.ts';

/** Facts of an entry in force corrected by the unit that designated it (§6.4); four eyes. */
@ApiTags('名单记录')
@UseGuards(VisibleEntryGuard)
@Controller('api/v1/list-entries/:id/corrections')
export class EntryCorrectionController {
  constructor(
    private readonly requests: EntryRequests,
    private readonly corrections: EntryCorrectionService,
  ) {}

  @Post()
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR')
  @HttpCode(200)
  @ApiOperation({
    summary: '提出更正',
    description:
      '部分成立的异议或认定单位自查：更正内容，记录保留，公示期按更正后的日期重新计算（§6.4）。只能减轻，加重须另行认定。写明异议且该异议只余文书更正（OTHER）时，facts 可为空。',
  })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  propose(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: correctionRequestSchema }) body: CorrectionRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.corrections.propose(tx, principal, id, version, body),
    );
  }

  @Post('approve')
  @Roles('DEPT_APPROVER', 'CREDIT_OFFICE')
  @HttpCode(200)
  @ApiOperation({ summary: '审批更正', description: '审批人不得是提出更正的人（R-9-5）；更正即时生效，各部门任务和公示随之调整。' })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  approve(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.corrections.approve(tx, principal, id, version),
    );
  }

  @Post('return')
  @Roles('DEPT_APPROVER', 'CREDIT_OFFICE')
  @HttpCode(200)
  @ApiOperation({ summary: '退回更正' })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  returnProposal(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: returnDecisionRequestSchema }) body: ReturnDecisionRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.corrections.returnProposal(tx, principal, id, version, body),
    );
  }
}
