import { idSchema, type Page, type Principal, pageQuerySchema, pageSchema } from '@lianxin/contracts';
import { CurrentPrincipal, Database, Idempotent, type IdempotentRequest, idempotently, Roles, sendAnswer } from '@lianxin/platform';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { endedReaders } from './ended-entry.rules.ts';
import { retryLostRace } from './race.ts';
import { SourceQuestionService } from './source-question.service.ts';
import { type SourceQuestionView, sourceQuestionSchema } from './source-question.view.ts';

export const questionQuerySchema = pageQuerySchema.extend({ status: z.enum(['OPEN', 'CONFIRMED', 'REAPPEARED', 'EXITED']).optional() });
const confirmSchema = z
  .object({ documentNo: z.string().trim().min(1).max(200), reason: z.string().trim().min(1).max(2_000) })
  .meta({ id: 'SourceQuestionConfirm' });

@ApiTags('来源核实')
@Controller('api/v1/source-questions')
export class SourceQuestionController {
  constructor(
    private readonly database: Database,
    private readonly questions: SourceQuestionService,
  ) {}

  // Answered ones tell of entries that have left their list (R-7-1a): not for windows.
  @Get()
  @Roles(...endedReaders)
  @ApiOperation({ summary: '全量名单中缺少的记录', description: '名单全量文件中不再出现的记录：任务已暂停，等待来源在 2 个工作日内答复。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(sourceQuestionSchema) })
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: questionQuerySchema }) query: z.infer<typeof questionQuerySchema>,
  ): Promise<Page<SourceQuestionView>> {
    return this.database.transaction(principal, (tx) => this.questions.list(tx, query.status, query.cursor, query.limit));
  }

  @Post(':id/confirm')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR')
  @HttpCode(200)
  @ApiOperation({ summary: '来源确认记录仍然有效', description: '任务随即恢复；不再有效的，由认定单位办理退出。' })
  @ApiResponse({ status: 200, standardSchema: sourceQuestionSchema })
  async confirm(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: confirmSchema }) body: z.infer<typeof confirmSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SourceQuestionView> {
    const answer = await retryLostRace(() =>
      this.database.transaction(principal, (tx) =>
        idempotently(tx, request, async () => ({ status: 200, body: await this.questions.confirm(tx, principal, id, body) })),
      ),
    );
    return sendAnswer(reply, answer);
  }
}
