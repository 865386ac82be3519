import { idSchema, type Principal } from '@lianxin/contracts';
import { CurrentPrincipal, Roles } from '@lianxin/platform';
import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CausesService } from './causes.service.ts';
import { TimelineExport } from './timeline.export.ts';
import {
  causesSchema,
  type EventCauses,
  type TimelineFilter,
  type TimelinePage,
  type TimelineQuery,
  timelineFilterSchema,
  timelinePageSchema,
  timelineQuerySchema,
} from './timeline.schemas.ts';
import { TimelineService } from './timeline.service.ts';

const causesQuerySchema = z.object({ taskId: idSchema.optional() });

/** The journal of one subject. */
@ApiTags('主体')
@Roles(
  'DEPT_HANDLER',
  'DEPT_APPROVER',
  'DEPT_LIAISON',
  'CREDIT_OFFICE',
  'CREDIT_CENTRE_OPERATOR',
  'COUNTY_CREDIT_OFFICE',
  'SUPERVISOR',
  'AUDITOR',
  'REPLAY_ADMIN',
  'SUBJECT',
)
@Controller('api/v1/subjects/:id')
export class TimelineController {
  constructor(
    private readonly timelines: TimelineService,
    private readonly causes: CausesService,
    private readonly exported: TimelineExport,
  ) {}

  @Get('timeline')
  @ApiOperation({
    summary: '主体时间线',
    description:
      '该主体全部事件，按推导次序（事件在其原因之后，再按时间、来源、序号）。部门只看到与本部门有关的；自然人脱敏。asOf 只列至当日，并给出当日的名单记录、方案和任务。',
  })
  @ApiResponse({ status: 200, standardSchema: timelinePageSchema })
  readPage(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Query({ schema: timelineQuerySchema }) query: TimelineQuery,
  ): Promise<TimelinePage> {
    return this.timelines.readPage(principal, id, query);
  }

  @Get('timeline/export')
  @ApiOperation({
    summary: '导出主体时间线',
    description: '每行一个事件（JSON），末行为行数和此前全部字节的 SHA-256：head -n -1 文件 | sha256sum。每个事件附其原始内容的 SHA-256。',
  })
  @ApiProduces('application/x-ndjson')
  async export(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Query({ schema: timelineFilterSchema }) filter: TimelineFilter,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const stream = await this.exported.open(principal, id, filter);
    void reply
      .header('content-type', 'application/x-ndjson; charset=utf-8')
      .header('content-disposition', `attachment; filename="timeline-${id}.ndjson"`)
      .header('cache-control', 'no-store')
      .header('x-content-type-options', 'nosniff');
    await reply.send(stream);
  }

  @Get('events/:eventId/causes')
  @ApiOperation({
    summary: '事件的由来',
    description: '由该事件逐级追溯至名单记录及其法律依据，例如某任务为何存在；taskId 指明所问的任务。不属于本部门的环节只给摘要。',
  })
  @ApiResponse({ status: 200, standardSchema: causesSchema })
  explain(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Param('eventId', { schema: idSchema }) eventId: string,
    @Query({ schema: causesQuerySchema }) query: z.infer<typeof causesQuerySchema>,
  ): Promise<EventCauses> {
    return this.causes.explain(principal, id, eventId, query.taskId);
  }
}
