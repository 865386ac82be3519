import { abolishListRequestSchema, dateSchema, instantSchema, type Principal, ProblemError } from '@lianxin/contracts';
import { CurrentPrincipal, Database, Idempotent, type IdempotentRequest, idempotently, Roles, sendAnswer } from '@lianxin/platform';
import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { ListAbolitionService } from './list-abolition.service.ts';
import { type AbolitionRow, findAbolition } from './list-abolition.store.ts';

const codeSchema = z.string().max(40);
const abolitionViewSchema = z
  .object({
    listCode: z.string(),
    documentNo: z.string(),
    abolishedOn: dateSchema,
    decidedBy: z.string(),
    /** Entries that have left the list so far. */
    exited: z.int(),
    finishedAt: instantSchema.nullable(),
  })
  .meta({ id: 'ListAbolition' });
type AbolitionView = z.infer<typeof abolitionViewSchema>;

@ApiTags('名单')
@Controller('api/v1/lists')
export class ListAbolitionController {
  constructor(
    private readonly database: Database,
    private readonly abolitions: ListAbolitionService,
  ) {}

  @Post(':code/abolish')
  @Roles('CREDIT_OFFICE')
  @HttpCode(202)
  @ApiOperation({ summary: '废止名单', description: '不再列入；已列入的分批退出（R-2-11）。进度用 GET …/abolition 查看。' })
  @ApiResponse({ status: 202, standardSchema: abolitionViewSchema })
  async abolish(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('code', { schema: codeSchema }) code: string,
    @Body({ schema: abolishListRequestSchema }) body: z.infer<typeof abolishListRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AbolitionView> {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => ({ status: 202, body: viewOf(await this.abolitions.abolish(tx, principal, code, body)) })),
    );
    return sendAnswer(reply, answer);
  }

  @Get(':code/abolition')
  @ApiOperation({ summary: '名单废止的进度' })
  @ApiResponse({ status: 200, standardSchema: abolitionViewSchema })
  async get(@CurrentPrincipal() principal: Principal, @Param('code', { schema: codeSchema }) code: string): Promise<AbolitionView> {
    const row = await this.database.transaction(principal, (tx) => findAbolition(tx, code));
    if (row === undefined) throw new ProblemError('NOT_FOUND', '该名单没有废止');
    return viewOf(row);
  }
}

function viewOf(row: AbolitionRow): AbolitionView {
  return {
    listCode: row.list_code,
    documentNo: row.document_no,
    abolishedOn: row.abolished_on,
    decidedBy: row.decided_by,
    exited: row.exited,
    finishedAt: row.finished_at?.toISOString() ?? null,
  };
}
