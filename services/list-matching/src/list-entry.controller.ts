import {
  draftRequestSchema,
  entryStatusSchema,
  exitRequestSchema,
  idSchema,
  type ListEntryRequest,
  type ListEntryView,
  listEntryRequestSchema,
  listEntryViewSchema,
  type Page,
  type Principal,
  ProblemError,
  pageQuerySchema,
  pageSchema,
  resumeRequestSchema,
  suspendRequestSchema,
  withdrawRequestSchema,
} from '@lianxin/contracts';
import { CurrentPrincipal, Database, Idempotent, type IdempotentRequest, idempotently, Roles, type Transaction } from '@lianxin/platform';
import { Body, Controller, Get, Headers, HttpCode, Param, Post, Put, Query, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { DesignationService } from './designation.service.ts';
import { DraftService } from './draft.service.ts';
import { EntryRequests, expectedVersion, sendEntry } from './entry-answer.ts';
import { ListEntryService } from './list-entry.service.ts';
import { type ListEntrySummary, listEntrySummarySchema } from './list-entry.view.ts';
import { retryLostRace } from './race.ts';
import { VisibleEntryGuard } from './visible-entry.guard.ts';

export const listQuerySchema = pageQuerySchema.extend({
  listCode: z.string().max(40).optional(),
  /** One or more states, comma means or. */
  status: z
    .string()
    .transform((value) => value.split(',').filter((part) => part !== ''))
    .pipe(z.array(entryStatusSchema).max(20))
    .optional(),
  subjectId: idSchema.optional(),
});

@ApiTags('名单记录')
@Controller('api/v1/list-entries')
export class ListEntryController {
  constructor(
    private readonly database: Database,
    private readonly designations: DesignationService,
    private readonly entries: ListEntryService,
    private readonly drafts: DraftService,
    private readonly requests: EntryRequests,
  ) {}

  @Post()
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR')
  @ApiOperation({
    summary: '提交认定，材料齐全即生效',
    description: '一次提交完整的告知、决定和送达材料；身份冲突时返回 201，状态为 CHECKING，由信用办复核。',
  })
  @ApiResponse({ status: 201, standardSchema: listEntryViewSchema })
  async receive(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Body({ schema: listEntryRequestSchema }) body: ListEntryRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    let isKnown = false;
    const answer = await retryLostRace(() =>
      this.database.transaction(principal, (tx) =>
        idempotently(tx, request, async () => {
          const [intake] = await this.designations.receive(tx, principal, [body]);
          if (intake === undefined) throw new Error('a designation without an answer');
          if (!intake.ok) throw new ProblemError(intake.code, intake.detail, intake.errors);
          isKnown = intake.replayed;
          return { status: 201, body: await this.entries.view(tx, intake.entry) };
        }),
      ),
    );
    return sendEntry(reply, { ...answer, replayed: answer.replayed || isKnown });
  }

  @Get()
  @ApiOperation({
    summary: '名单记录列表',
    description: '认定单位看到本部门的记录，信用办和审计看到全市的；已退出的惩戒记录只对认定单位、信用办和审计显示（R-7-1a）。',
  })
  @ApiResponse({ status: 200, standardSchema: pageSchema(listEntrySummarySchema) })
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: listQuerySchema }) query: z.infer<typeof listQuerySchema>,
  ): Promise<Page<ListEntrySummary>> {
    return this.database.transaction(principal, (tx) => this.entries.list(tx, principal, query, query.cursor, query.limit));
  }

  @Get(':id')
  @ApiOperation({ summary: '一条名单记录及其经过' })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  async get(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    const view = await this.database.transaction(principal, (tx) => this.entries.get(tx, principal, id));
    return sendEntry(reply, { status: 200, body: view, replayed: false });
  }

  @Post(':id/exit')
  @UseGuards(VisibleEntryGuard)
  @HttpCode(200)
  @ApiOperation({ summary: '退出名单', description: '按退出事由终止记录；认定单位提交，上级下发的记录由信用办提交。' })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  exit(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: exitRequestSchema }) body: z.infer<typeof exitRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.entries.exit(tx, principal, id, version, body),
    );
  }

  @Post(':id/withdraw')
  @UseGuards(VisibleEntryGuard)
  @HttpCode(200)
  @ApiOperation({ summary: '撤回尚未生效的认定' })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  withdraw(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: withdrawRequestSchema }) body: z.infer<typeof withdrawRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.withdrawStored(tx, principal, id, version, body),
    );
  }

  @Post(':id/suspend')
  @UseGuards(VisibleEntryGuard)
  @HttpCode(200)
  @ApiOperation({ summary: '中止执行', description: '法院、复议机关停止执行，或破产程序中的临时修复。' })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  suspend(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: suspendRequestSchema }) body: z.infer<typeof suspendRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.entries.suspend(tx, principal, id, version, body),
    );
  }

  @Post(':id/resume')
  @UseGuards(VisibleEntryGuard)
  @HttpCode(200)
  @ApiOperation({ summary: '恢复执行', description: '中止期间计入有效期。' })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  resume(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: resumeRequestSchema }) body: z.infer<typeof resumeRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) =>
      this.entries.resume(tx, principal, id, version, body),
    );
  }

  @Post('drafts')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @ApiOperation({ summary: '起草认定', description: '内容可以不全，提交时一次检查（T1）。同一来源记录号、同样内容返回同一草稿。' })
  @ApiResponse({ status: 201, standardSchema: listEntryViewSchema })
  async draft(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Body({ schema: draftRequestSchema }) body: z.infer<typeof draftRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    let isKnown = false;
    const answer = await retryLostRace(() =>
      this.database.transaction(principal, (tx) =>
        idempotently(tx, request, async () => {
          const { view, replayed } = await this.drafts.draft(tx, principal, body);
          isKnown = replayed;
          return { status: 201, body: view };
        }),
      ),
    );
    return sendEntry(reply, { ...answer, replayed: answer.replayed || isKnown });
  }

  @Put(':id')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @UseGuards(VisibleEntryGuard)
  @ApiOperation({ summary: '修改草稿', description: '须带 If-Match。名单和来源记录号不能更改。' })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  edit(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: draftRequestSchema }) body: z.infer<typeof draftRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx) => {
      const version = expectedVersion(ifMatch);
      if (version === undefined) throw new ProblemError('STALE', '修改草稿须以 If-Match 提供读取时得到的 ETag');
      return this.drafts.edit(tx, principal, id, version, body);
    });
  }

  @Post(':id/submit')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @UseGuards(VisibleEntryGuard)
  @HttpCode(200)
  @ApiOperation({ summary: '提交草稿', description: '缺少的内容一次告知；随后比对身份、交叉核查（T2–T5）。' })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  submit(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    return this.requests.change({ principal, request, ifMatch, reply }, (tx, version) => this.drafts.submit(tx, principal, id, version));
  }

  /** T2a of a draft that nobody is listed by yet, or of an entry on its way. */
  private async withdrawStored(
    tx: Transaction,
    principal: Principal,
    id: string,
    version: number | undefined,
    body: z.infer<typeof withdrawRequestSchema>,
  ): Promise<ListEntryView> {
    const withdrawn = (await this.drafts.isDraft(tx, id)) ? await this.drafts.withdraw(tx, principal, id, version, body.reason) : undefined;
    if (withdrawn !== undefined) return withdrawn;
    return this.entries.withdraw(tx, principal, id, version, body);
  }
}
