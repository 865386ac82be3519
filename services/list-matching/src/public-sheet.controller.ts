import { idSchema, type Page, type Principal, pageSchema } from '@lianxin/contracts';
import { CurrentPrincipal, Database, Idempotent, type IdempotentRequest, idempotently, Roles, sendAnswer } from '@lianxin/platform';
import { Body, Controller, Get, Headers, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { versionOf } from './public-record.controller.ts';
import { PublicSheetService } from './public-sheet.service.ts';
import {
  type DeclarationRequest,
  declarationRequestSchema,
  type SheetQuery,
  type SheetView,
  sheetQuerySchema,
  sheetViewSchema,
} from './public-sheet.view.ts';
import { retryLostRace } from './race.ts';

export const sheetReaders = [
  'DEPT_HANDLER',
  'DEPT_APPROVER',
  'DEPT_LIAISON',
  'CREDIT_OFFICE',
  'CREDIT_CENTRE_OPERATOR',
  'AUDITOR',
] as const;

/** How many licences and penalties should have been reported (K18 上报率). */
@ApiTags('双公示应报数')
@Roles(...sheetReaders)
@Controller('api/v1/public-record-declarations')
export class PublicSheetController {
  constructor(
    private readonly database: Database,
    private readonly sheets: PublicSheetService,
  ) {}

  @Post()
  @Roles('DEPT_HANDLER', 'DEPT_LIAISON', 'CREDIT_OFFICE')
  @ApiOperation({
    summary: '填报双公示应报数',
    description:
      '部门某月作出的行政许可或行政处罚决定数，月末之后填报；更正、或少于已报数的须说明理由，历次填报留存（R-7-1、§10.1 K18）。信用办可代部门登记。' +
      '数字未变时返回 200。',
  })
  @ApiResponse({ status: 201, standardSchema: sheetViewSchema })
  async declare(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: declarationRequestSchema }) body: DeclarationRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SheetView> {
    const answer = await retryLostRace(() =>
      this.database.transaction(principal, (tx) =>
        idempotently(tx, request, async () => {
          const { view, isNew } = await this.sheets.declare(tx, principal, body, versionOf(ifMatch));
          return { status: isNew ? 201 : 200, body: view };
        }),
      ),
    );
    return sendAnswer(tagged(reply, answer.body), answer);
  }

  @Get()
  @ApiOperation({ summary: '双公示应报数与已报数', description: '部门看到本部门的，信用办和审计看到全市的。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(sheetViewSchema) })
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: sheetQuerySchema }) query: SheetQuery): Promise<Page<SheetView>> {
    return this.database.transaction(principal, (tx) => this.sheets.list(tx, query));
  }

  @Get(':id')
  @ApiOperation({ summary: '一个月的应报数及历次填报' })
  @ApiResponse({ status: 200, standardSchema: sheetViewSchema })
  async get(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SheetView> {
    const view = await this.database.transaction(principal, (tx) => this.sheets.get(tx, id));
    tagged(reply, view);
    return view;
  }
}

/** The ETag of a sheet is the number of its last declaration. */
function tagged(reply: FastifyReply, { declarations }: SheetView): FastifyReply {
  void reply.header('ETag', `"${declarations[0]?.no ?? 0}"`);
  return reply;
}
