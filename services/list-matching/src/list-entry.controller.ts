import {
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
import {
  CurrentPrincipal,
  Database,
  Idempotent,
  type IdempotentAnswer,
  type IdempotentRequest,
  idempotently,
  Roles,
  sendAnswer,
  type Transaction,
} from '@lianxin/platform';
import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { DesignationService } from './designation.service.ts';
import { ListEntryService } from './list-entry.service.ts';
import { type ListEntrySummary, listEntrySummarySchema, loadView } from './list-entry.view.ts';
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

/** Version in an `If-Match` header; undefined when the caller does not care. */
function expectedVersion(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const version = /^(?:W\/)?"?(\d{1,9})"?$/.exec(header.trim())?.[1];
  if (version === undefined) throw new ProblemError('STALE', 'If-Match 应为读取时得到的 ETag');
  return Number(version);
}

type ChangeRequest = (tx: Transaction, version: number | undefined) => Promise<ListEntryView>;

@ApiTags('名单记录')
@Controller('api/v1/list-entries')
export class ListEntryController {
  constructor(
    private readonly database: Database,
    private readonly designations: DesignationService,
    private readonly entries: ListEntryService,
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
          return { status: 201, body: await loadView(tx, intake.entry) };
        }),
      ),
    );
    return sendEntry(reply, { ...answer, replayed: answer.replayed || isKnown });
  }

  @Get()
  @ApiOperation({ summary: '名单记录列表', description: '认定单位看到本部门的记录，信用办和审计看到全市的。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(listEntrySummarySchema) })
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: listQuerySchema }) query: z.infer<typeof listQuerySchema>,
  ): Promise<Page<ListEntrySummary>> {
    return this.database.transaction(principal, (tx) => this.entries.list(tx, query, query.cursor, query.limit));
  }

  @Get(':id')
  @ApiOperation({ summary: '一条名单记录及其经过' })
  @ApiResponse({ status: 200, standardSchema: listEntryViewSchema })
  async get(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListEntryView> {
    const view = await this.database.transaction(principal, (tx) => this.entries.get(tx, id));
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
    return this.change(principal, request, ifMatch, reply, (tx, version) => this.entries.exit(tx, principal, id, version, body));
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
    return this.change(principal, request, ifMatch, reply, (tx, version) => this.entries.withdraw(tx, principal, id, version, body));
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
    return this.change(principal, request, ifMatch, reply, (tx, version) => this.entries.suspend(tx, principal, id, version, body));
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
    return this.change(principal, request, ifMatch, reply, (tx, version) => this.entries.resume(tx, principal, id, version, body));
  }

  private async change(
    principal: Principal,
    request: IdempotentRequest,
    ifMatch: string | undefined,
    reply: FastifyReply,
    work: ChangeRequest,
  ): Promise<ListEntryView> {
    const version = expectedVersion(ifMatch);
    const answer = await retryLostRace(() =>
      this.database.transaction(principal, (tx) => idempotently(tx, request, async () => ({ status: 200, body: await work(tx, version) }))),
    );
    return sendEntry(reply, answer);
  }
}

/** The version of the entry is its ETag. */
function sendEntry(reply: FastifyReply, answer: IdempotentAnswer<ListEntryView>): ListEntryView {
  void reply.header('ETag', `"${answer.body.version}"`);
  return sendAnswer(reply, answer);
}
