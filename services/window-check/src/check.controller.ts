import {
  type CheckAnswer,
  type CheckFeedback,
  type CheckRequest,
  checkAnswerSchema,
  checkFeedbackSchema,
  checkRequestSchema,
  departmentCodeSchema,
  idSchema,
  type Page,
  type Principal,
  pageQuerySchema,
  pageSchema,
} from '@lianxin/contracts';
import { CurrentPrincipal, Database, Idempotent, type IdempotentRequest, idempotently, Roles, sendAnswer } from '@lianxin/platform';
import { Body, Controller, Get, Header, HttpCode, Param, Post, Query, Res, StreamableFile, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CheckService } from './check.service.ts';
import { CheckFeedbackService } from './check-feedback.service.ts';
import { VisibleCheck } from './visible.guard.ts';

export const checkQuerySchema = pageQuerySchema.extend({
  matterCode: z.string().max(40).optional(),
  caseNo: z.string().max(100).optional(),
});

const matterSchema = z
  .object({ code: z.string(), nameZh: z.string(), nameEn: z.string(), departmentCode: departmentCodeSchema })
  .meta({ id: 'CheckMatter' });
const mattersSchema = z.object({ data: z.array(matterSchema) }).meta({ id: 'CheckMatters' });

/** What applies to these subjects in this matter, now (R-4-14, product §B.9). */
@ApiTags('窗口核查')
@ApiBearerAuth('apiKey')
@Controller('api/v1/checks')
export class CheckController {
  constructor(
    private readonly service: CheckService,
    private readonly feedback: CheckFeedbackService,
    private readonly database: Database,
  ) {}

  @Post()
  @Roles('WINDOW_CLERK', 'DEPT_HANDLER', 'DEPT_APPROVER', 'SYSTEM_CLIENT')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: '窗口核查',
    description:
      '一次核查一个事项的多个主体，只返回与该事项有关的措施。无提示也有核查单号。critical 依法限制，warning 慎重审查，info 供参考或激励；身份未核实的一律只作提示。',
  })
  @ApiResponse({ status: 200, standardSchema: checkAnswerSchema })
  async check(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: checkRequestSchema }) body: CheckRequest,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CheckAnswer> {
    const { answer, replayed } = await this.service.check(principal, body, request);
    return sendAnswer(reply, { status: 200, body: answer, replayed });
  }

  @Get()
  @ApiOperation({ summary: '核查记录', description: '本部门的核查，新的在前。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(checkAnswerSchema) })
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: checkQuerySchema }) query: z.infer<typeof checkQuerySchema>,
  ): Promise<Page<CheckAnswer>> {
    return this.service.list(principal, query);
  }

  @Get('matters')
  @ApiOperation({ summary: '可核查的事项', description: '窗口为全部事项，部门系统为本部门办理的事项（R-8-6）。' })
  @ApiResponse({ status: 200, standardSchema: mattersSchema })
  async matters(@CurrentPrincipal() principal: Principal): Promise<z.infer<typeof mattersSchema>> {
    const matters = await this.service.matters(principal);
    return { data: matters.map(({ code, nameZh, nameEn, departmentCode }) => ({ code, nameZh, nameEn, departmentCode })) };
  }

  @Get(':id')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: '一次核查', description: '以登记时的标识查询的，补查完成后返回补查结果（R-4-14）。' })
  @ApiResponse({ status: 200, standardSchema: checkAnswerSchema })
  get(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<CheckAnswer> {
    return this.service.get(principal, id);
  }

  @Get(':id/slip.pdf')
  @UseGuards(VisibleCheck)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: '核查单（PDF）', description: '附入办件卷宗的核查单，有编号；无提示的核查也是证据（R-4-14）。自然人脱敏。' })
  @ApiProduces('application/pdf')
  @ApiResponse({ status: 200, description: 'PDF' })
  async slip(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<StreamableFile> {
    const { number, pdf } = await this.service.slip(principal, id);
    return new StreamableFile(pdf, { type: 'application/pdf', disposition: `inline; filename="${number}.pdf"`, length: pdf.length });
  }

  @Post(':id/feedback')
  @UseGuards(VisibleCheck)
  @Roles('WINDOW_CLERK', 'DEPT_HANDLER', 'DEPT_APPROVER', 'SYSTEM_CLIENT')
  @HttpCode(200)
  @ApiOperation({
    summary: '反馈处理结果',
    description:
      '逐卡说明采纳或不采纳；未列 acceptedMeasures 的采纳为该卡未暂停执行的全部措施，暂停执行的（isHeld）不得采纳（R-6-4）。不采纳限制类提示须有原因，“其他”须填说明。',
  })
  @ApiResponse({ status: 200, standardSchema: checkAnswerSchema })
  async decide(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: checkFeedbackSchema }) body: CheckFeedback,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CheckAnswer> {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => ({ status: 200, body: await this.feedback.decide(tx, principal, id, body) })),
    );
    return sendAnswer(reply, answer);
  }
}
