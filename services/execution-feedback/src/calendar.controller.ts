import type { Principal } from '@lianxin/contracts';
import { CurrentPrincipal, Database, Idempotent, type IdempotentRequest, idempotently, Roles, sendAnswer } from '@lianxin/platform';
import { Body, Controller, Get, Post, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type CalendarRequest, calendarListSchema, calendarRequestSchema, calendarViewSchema } from './calendar.api.ts';
import type { CalendarYear } from './calendar.rules.ts';
import { CalendarService } from './calendar.service.ts';

/** Working-day tables by year. */
@ApiTags('工作日历')
@ApiBearerAuth('apiKey')
@Controller('api/v1/calendars')
export class CalendarController {
  constructor(
    private readonly database: Database,
    private readonly calendars: CalendarService,
  ) {}

  @Get()
  @ApiOperation({
    summary: '工作日历',
    description: '已加载的各年节假日安排及其版本；missingYears 为尚无安排的年份，期限暂按周一至周五计算（R-7-3）。',
  })
  @ApiResponse({ status: 200, standardSchema: calendarListSchema })
  async list() {
    const { years, missing } = await this.calendars.list();
    return { data: years.map(viewOf), missingYears: missing };
  }

  @Post()
  @Roles('CREDIT_OFFICE')
  @ApiOperation({
    summary: '加载年度节假日安排',
    description: '按国务院办公厅通知加载或更正一年的节假日和调休上班日；一分钟后生效，涉及该年的期限随即重算并通知（R-7-3、R-7-5）。',
  })
  @ApiResponse({ status: 201, standardSchema: calendarViewSchema })
  async load(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: calendarRequestSchema }) body: CalendarRequest,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => ({ status: 201, body: viewOf(await this.calendars.load(tx, principal, body)) })),
    );
    return sendAnswer(reply, answer);
  }
}

function viewOf(row: CalendarYear) {
  return {
    ...row,
    off: [...row.off],
    work: [...row.work],
    loadedAt: row.loadedAt.toISOString(),
    effectiveAt: row.effectiveAt.toISOString(),
  };
}
