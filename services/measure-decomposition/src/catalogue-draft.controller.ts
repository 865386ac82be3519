import { cityWideRoles, idSchema, type Page, type Principal, ProblemError, pageSchema } from '@lianxin/contracts';
import {
  CurrentPrincipal,
  Database,
  decodeCursor,
  Idempotent,
  type IdempotentRequest,
  idempotently,
  pageOf,
  Roles,
  sendAnswer,
  type Transaction,
} from '@lianxin/platform';
import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { RowKind } from './catalogue-content.rules.ts';
import {
  type DraftView,
  differenceViewSchema,
  draftQuerySchema,
  draftViewSchema,
  effectiveSchema,
  type JobView,
  jobViewSchema,
  type NewDraft,
  newDraftSchema,
  rowCodeSchema,
  rowContentSchema,
  rowKindSchema,
} from './catalogue-draft.api.ts';
import { CatalogueDraftService } from './catalogue-draft.service.ts';
import { CatalogueDraftStore, type DraftRow } from './catalogue-draft.store.ts';
import { jobViewOf } from './catalogue-job.view.ts';

const afterIdSchema = z.tuple([z.uuid()]);
type Effective = z.infer<typeof effectiveSchema>;

/** Versions of the catalogue in the making. Only the credit office edits and publishes; whoever sees the whole city may look. */
@ApiTags('目录版本')
@Controller('api/v1/catalogue/drafts')
export class CatalogueDraftController {
  constructor(
    private readonly database: Database,
    private readonly service: CatalogueDraftService,
    private readonly store: CatalogueDraftStore,
  ) {}

  @Post()
  @Roles('CREDIT_OFFICE')
  @ApiOperation({ summary: '新建目录草案', description: '在现行版本上起草；修改、比较、模拟后由另一人发布（R-4-8）。' })
  @ApiResponse({ status: 201, standardSchema: draftViewSchema })
  async create(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: newDraftSchema }) body: NewDraft,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DraftView> {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => ({ status: 201, body: draftViewOf(await this.service.create(tx, principal, body)) })),
    );
    void reply.header('ETag', `"${answer.body.revision}"`);
    return sendAnswer(reply, answer);
  }

  @Get()
  @Roles(...cityWideRoles)
  @ApiOperation({ summary: '目录草案', description: '最新的在前。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(draftViewSchema) })
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: draftQuerySchema }) query: z.infer<typeof draftQuerySchema>,
  ): Promise<Page<DraftView>> {
    return this.database.transaction(principal, (tx) => readDrafts(this.store, tx, query));
  }

  @Get(':id')
  @Roles(...cityWideRoles)
  @ApiOperation({ summary: '一个目录草案', description: 'ETag 为修订号，修改时以 If-Match 送回。' })
  @ApiResponse({ status: 200, standardSchema: draftViewSchema })
  async get(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DraftView> {
    return tagged(reply, await this.database.transaction(principal, (tx) => this.service.get(tx, id)));
  }

  @Get(':id/rows/:kind/:code')
  @Roles(...cityWideRoles)
  @ApiOperation({ summary: '草案中的一行', description: '按草案施行后的内容。' })
  @ApiResponse({ status: 200, standardSchema: rowContentSchema })
  async row(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Param('kind', { schema: rowKindSchema }) kind: RowKind,
    @Param('code', { schema: rowCodeSchema }) code: string,
  ): Promise<unknown> {
    const content = await this.database.transaction(principal, (tx) => this.service.findRow(tx, id, kind, code));
    if (content === undefined) throw new ProblemError('NOT_FOUND', `草案中没有 ${kind} ${code}`);
    return content;
  }

  @Put(':id/rows/:kind/:code')
  @Roles('CREDIT_OFFICE')
  @ApiOperation({ summary: '修改或新增一行', description: '须带 If-Match；整行替换。措施一行含其依据和执行部门。行与行之间的检查见差异。' })
  @ApiResponse({ status: 200, standardSchema: draftViewSchema })
  async put(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Param('kind', { schema: rowKindSchema }) kind: RowKind,
    @Param('code', { schema: rowCodeSchema }) code: string,
    @Body({ schema: rowContentSchema }) content: z.infer<typeof rowContentSchema>,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DraftView> {
    const revision = revisionOf(ifMatch);
    const edit = [{ kind, code, content }];
    return tagged(reply, await this.database.transaction(principal, (tx) => this.service.edit(tx, principal, id, revision, edit)));
  }

  @Delete(':id/rows/:kind/:code')
  @Roles('CREDIT_OFFICE')
  @ApiOperation({ summary: '删除一行', description: '须带 If-Match。删除措施即关闭它：施行后撤回全部任务。' })
  @ApiResponse({ status: 200, standardSchema: draftViewSchema })
  async remove(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Param('kind', { schema: rowKindSchema }) kind: RowKind,
    @Param('code', { schema: rowCodeSchema }) code: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DraftView> {
    const revision = revisionOf(ifMatch);
    const edit = [{ kind, code, content: null }];
    return tagged(reply, await this.database.transaction(principal, (tx) => this.service.edit(tx, principal, id, revision, edit)));
  }

  @Post(':id/rows/:kind/:code/restore')
  @HttpCode(200)
  @Roles('CREDIT_OFFICE')
  @ApiOperation({ summary: '还原一行', description: '须带 If-Match；恢复为所依据版本的内容。' })
  @ApiResponse({ status: 200, standardSchema: draftViewSchema })
  async restore(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Param('kind', { schema: rowKindSchema }) kind: RowKind,
    @Param('code', { schema: rowCodeSchema }) code: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DraftView> {
    const revision = revisionOf(ifMatch);
    return tagged(
      reply,
      await this.database.transaction(principal, (tx) => this.service.restoreRow(tx, principal, id, revision, { kind, code })),
    );
  }

  @Get(':id/difference')
  @Roles(...cityWideRoles)
  @ApiOperation({ summary: '与所依据版本的差异', description: '逐行逐项说明，列出开闭变化的合法性审查（R-4-6）和阻碍发布的错误。' })
  @ApiResponse({ status: 200, standardSchema: differenceViewSchema })
  difference(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Query({ schema: effectiveSchema.partial() }) query: Partial<Effective>,
  ) {
    return this.database.transaction(principal, (tx) => this.service.difference(tx, id, query.effectiveFrom ?? null));
  }

  @Post(':id/simulations')
  @HttpCode(202)
  @Roles('CREDIT_OFFICE')
  @ApiOperation({
    summary: '模拟',
    description: '按施行日对存量记录推算：撤回、保留、新增各多少（不溯及既往，R-4-8）。不改动任何数据；以返回的作业查看进度和结果。',
  })
  @ApiResponse({ status: 202, standardSchema: jobViewSchema })
  async simulate(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: effectiveSchema }) body: Effective,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobView> {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => ({
        status: 202,
        body: jobViewOf(await this.service.simulate(tx, principal, id, body.effectiveFrom), new Date()),
      })),
    );
    void reply.header('Location', `/api/v1/catalogue/jobs/${answer.body.id}`);
    return sendAnswer(reply, answer);
  }

  @Post(':id/publish')
  @HttpCode(200)
  @Roles('CREDIT_OFFICE')
  @ApiOperation({
    summary: '发布',
    description:
      '须带 If-Match，由没有编辑过草案的另一人发布；须先对同一施行日完成模拟。施行日起对此后的认定全部适用，对此前的只撤回、只减轻（R-4-8）。',
  })
  @ApiResponse({ status: 200, standardSchema: draftViewSchema })
  async publish(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: effectiveSchema }) body: Effective,
    @Headers('if-match') ifMatch: string | undefined,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DraftView> {
    const revision = revisionOf(ifMatch);
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => ({
        status: 200,
        body: draftViewOf(await this.service.publish(tx, principal, id, revision, body.effectiveFrom)),
      })),
    );
    return sendAnswer(reply, answer);
  }

  @Post(':id/rebase')
  @HttpCode(200)
  @Roles('CREDIT_OFFICE')
  @ApiOperation({ summary: '转到现行版本', description: '须带 If-Match；两边改了同一行的须先还原。' })
  @ApiResponse({ status: 200, standardSchema: draftViewSchema })
  async rebase(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DraftView> {
    const revision = revisionOf(ifMatch);
    return tagged(reply, await this.database.transaction(principal, (tx) => this.service.rebase(tx, principal, id, revision)));
  }

  @Post(':id/discard')
  @HttpCode(200)
  @Roles('CREDIT_OFFICE')
  @ApiOperation({ summary: '放弃草案', description: '也用于撤回已发布而尚未施行的版本。' })
  @ApiResponse({ status: 200, standardSchema: draftViewSchema })
  async discard(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<DraftView> {
    return draftViewOf(await this.database.transaction(principal, (tx) => this.service.discard(tx, id)));
  }
}

/** @throws ProblemError STALE without an ETag of the draft: an edit says on which revision it was made. */
export function revisionOf(ifMatch: string | undefined): number {
  const revision = /^(?:W\/)?"(\d{1,9})"$/.exec(ifMatch ?? '')?.[1];
  if (revision === undefined) throw new ProblemError('STALE', '修改须带 If-Match，值为读取草案时得到的 ETag');
  return Number(revision);
}

function tagged(reply: FastifyReply, draft: DraftRow): DraftView {
  void reply.header('ETag', `"${draft.revision}"`);
  return draftViewOf(draft);
}

export function draftViewOf(row: DraftRow): DraftView {
  return {
    id: row.draft_id,
    titleZh: row.title_zh,
    reasonZh: row.reason_zh,
    documentNo: row.document_no,
    baseVersion: row.base_version,
    status: row.status,
    revision: row.revision,
    version: row.version,
    effectiveFrom: row.effective_from,
    editors: row.editors,
    publishedBy: row.published_by,
    changedRows: row.changed_rows,
    createdAt: row.created_at.toISOString(),
    changedAt: row.changed_at.toISOString(),
    publishedAt: row.published_at?.toISOString() ?? null,
  };
}

export async function readDrafts(
  store: CatalogueDraftStore,
  tx: Transaction,
  query: z.infer<typeof draftQuerySchema>,
): Promise<Page<DraftView>> {
  const before = query.cursor === undefined ? null : decodeCursor(afterIdSchema, query.cursor)[0];
  const rows = await store.readPage(tx, { status: query.status ?? null, before, limit: query.limit });
  return pageOf(rows, query.limit, (row) => [row.draft_id], draftViewOf);
}
