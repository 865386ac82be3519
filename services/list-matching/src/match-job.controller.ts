import { idSchema, type Page, type Principal, pageQuerySchema, pageSchema } from '@lianxin/contracts';
import { CurrentPrincipal, Roles } from '@lianxin/platform';
import { Controller, Get, HttpCode, Param, Post, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { fileOf } from './import.controller.ts';
import { MatchJobService } from './match-job.service.ts';
import { type MatchJobView, matchJobViewSchema } from './match-job.view.ts';

const querySchema = z.object({
  scope: z.enum(['organisations', 'persons', 'all']).default('organisations'),
  purpose: z.string().trim().min(1).max(500),
});

@ApiTags('比对')
@Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR')
@Controller('api/v1/match-jobs')
export class MatchJobController {
  constructor(private readonly jobs: MatchJobService) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({
    summary: '比对一个文件',
    description:
      'xlsx 或 CSV，一行一个主体，列序不限；须以 purpose 说明用途。结果为 CSV：等级、结论、匹配主体、说明。只有提交人能看到作业和结果。',
  })
  @ApiConsumes('text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'multipart/form-data')
  @ApiBody({ schema: { type: 'object', properties: { file: { type: 'string', format: 'binary' } } } })
  @ApiResponse({ status: 202, standardSchema: matchJobViewSchema })
  async accept(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: querySchema }) query: z.infer<typeof querySchema>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MatchJobView> {
    const { stream } = await fileOf(request);
    try {
      const job = await this.jobs.accept(principal, stream, query);
      void reply.header('Location', `/api/v1/match-jobs/${job.id}`);
      return job;
    } finally {
      // What is refused before its end is read to its end, so that the caller gets the answer and not a broken pipe.
      stream.resume();
    }
  }

  @Get()
  @ApiOperation({ summary: '本人的比对作业' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(matchJobViewSchema) })
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: pageQuerySchema }) query: z.infer<typeof pageQuerySchema>,
  ): Promise<Page<MatchJobView>> {
    return this.jobs.list(principal, query.cursor, query.limit);
  }

  @Get(':id')
  @ApiOperation({ summary: '比对作业进度' })
  @ApiResponse({ status: 200, standardSchema: matchJobViewSchema })
  get(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<MatchJobView> {
    return this.jobs.get(principal, id);
  }

  @Post(':id/cancel')
  @HttpCode(202)
  @ApiOperation({ summary: '取消比对作业', description: '已比对的部分不保留。' })
  @ApiResponse({ status: 202, standardSchema: matchJobViewSchema })
  cancel(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<MatchJobView> {
    return this.jobs.cancel(principal, id);
  }

  @Get(':id/result.csv')
  @ApiProduces('text/csv')
  @ApiOperation({ summary: '下载比对结果', description: 'CSV（UTF-8 BOM），完成后保留 7 天。' })
  async result(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const stream = await this.jobs.result(principal, id);
    void reply.header('Cache-Control', 'no-store');
    return new StreamableFile(stream, { type: 'text/csv; charset=utf-8', disposition: `attachment; filename="match-${id}.csv"` });
  }
}
