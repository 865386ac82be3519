import { idSchema, type Page, type Principal, pageQuerySchema, pageSchema } from '@lianxin/contracts';
import { CurrentPrincipal, Idempotent, type IdempotentRequest, Roles, sendAnswer } from '@lianxin/platform';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res, type Type } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiProduces, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { ExportedList } from './export.list.ts';
import { type ExportBody, exportBodySchema, requestOf, requestOfQuery } from './export.request.ts';
import { type ExportFile, ExportService, maxDirectRows } from './export.service.ts';
import { type ExportJobView, exportJobSchema, exportLogSchema } from './export.view.ts';

const xlsxType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const nothing = () => () => undefined;

/** The routes by which one list is exported, below the list's own path: the gateway and row security know them already. */
export function exportController(list: ExportedList): Type<object> {
  const columns = list.columns.map((column) => `${column.key}（${column.titleZh}）`).join('、');

  @ApiTags(list.tag)
  @ApiBearerAuth('apiKey')
  @(list.roles === undefined ? nothing() : Roles(...list.roles))
  @Controller(`api/v1/${list.path}`)
  class ListExportController {
    constructor(private readonly exports: ExportService) {}

    @Get('export')
    @ApiOperation({
      summary: `导出${list.titleZh}`,
      description: `与列表同样的筛选条件和数据范围，最多 ${maxDirectRows} 行，直接返回文件；更多时用 POST exports 提交作业。列：${columns}。自然人以代码代替（R-8-8）。`,
    })
    @FilterQueries(list)
    @ApiProduces(xlsxType, 'text/csv')
    async now(@CurrentPrincipal() principal: Principal, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
      const asked = requestOfQuery(list, request.query as Record<string, unknown>);
      await sendFile(reply, list, await this.exports.exportNow(principal, list, asked));
    }

    @Post('exports')
    @HttpCode(202)
    @ApiOperation({
      summary: `提交导出作业：${list.titleZh}`,
      description: '行数不限，在后台写文件；filter 为列表地址中的筛选参数。文件保留 24 小时。',
    })
    @ApiResponse({ status: 202, standardSchema: exportJobSchema })
    async submit(
      @CurrentPrincipal() principal: Principal,
      @Idempotent() request: IdempotentRequest,
      @Body({ schema: exportBodySchema }) body: ExportBody,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<ExportJobView> {
      const answer = await this.exports.submit(principal, list, requestOf(list, body), request);
      void reply.header('Location', `/api/v1/${list.path}/exports/${answer.body.id}`);
      return sendAnswer(reply, answer);
    }

    @Get('exports')
    @ApiOperation({ summary: `导出记录：${list.titleZh}`, description: '谁在何时以什么条件导出、下载，新的在前；不可更改（R-8-13）。' })
    @ApiResponse({ status: 200, standardSchema: pageSchema(exportLogSchema) })
    log(
      @CurrentPrincipal() principal: Principal,
      @Query({ schema: pageQuerySchema }) query: z.infer<typeof pageQuerySchema>,
    ): Promise<Page<z.infer<typeof exportLogSchema>>> {
      return this.exports.log(principal, list, query.cursor, query.limit);
    }

    @Get('exports/:id')
    @ApiOperation({ summary: `导出作业进度：${list.titleZh}` })
    @ApiResponse({ status: 200, standardSchema: exportJobSchema })
    get(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<ExportJobView> {
      return this.exports.get(principal, list, id);
    }

    @Post('exports/:id/cancel')
    @HttpCode(200)
    @ApiOperation({ summary: `取消导出作业：${list.titleZh}`, description: '已结束的作业不受影响。' })
    @ApiResponse({ status: 200, standardSchema: exportJobSchema })
    cancel(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<ExportJobView> {
      return this.exports.cancel(principal, list, id);
    }

    @Get('exports/:id/file')
    @ApiOperation({ summary: `下载导出文件：${list.titleZh}`, description: '只限提交作业的部门；下载留痕。' })
    @ApiProduces(xlsxType, 'text/csv')
    async file(
      @CurrentPrincipal() principal: Principal,
      @Param('id', { schema: idSchema }) id: string,
      @Res() reply: FastifyReply,
    ): Promise<void> {
      await sendFile(reply, list, await this.exports.download(principal, list, id));
    }
  }

  // Each list's operations have names of their own in the API document.
  Object.defineProperty(ListExportController, 'name', { value: `${pascalOf(list.path)}ExportController` });
  return ListExportController;
}

/** The filters of the list, and the form of the file, in the API document; they are checked by `requestOfQuery`. */
function FilterQueries(list: ExportedList): MethodDecorator {
  const text = (name: string, description: string) => ApiQuery({ name, required: false, description, schema: { type: 'string' } });
  const decorators = [
    ApiQuery({ name: 'format', required: false, schema: { type: 'string', enum: ['xlsx', 'csv'], default: 'xlsx' } }),
    ApiQuery({ name: 'encoding', required: false, schema: { type: 'string', enum: ['utf-8', 'gb18030'], default: 'utf-8' } }),
    text('columns', '列名，逗号分隔，按此顺序；缺省为全部列'),
    ...list.filters.map((name) => text(name, '与列表相同')),
  ];
  return (target, key, descriptor) => {
    for (const decorate of decorators) decorate(target, key, descriptor);
  };
}

async function sendFile(reply: FastifyReply, list: ExportedList, file: ExportFile): Promise<void> {
  const day = file.at.toISOString().slice(0, 10);
  const name = `${list.titleZh}-${day}-${file.id.slice(-8)}.${file.format}`;
  const plainName = `${list.path.replaceAll('/', '-')}-${day}-${file.id.slice(-8)}.${file.format}`;
  void reply
    .header('content-type', file.format === 'xlsx' ? xlsxType : `text/csv; charset=${file.encoding}; header=present`)
    .header('content-disposition', `attachment; filename="${plainName}"; filename*=UTF-8''${encodeURIComponent(name)}`)
    .header('cache-control', 'no-store')
    .header('x-content-type-options', 'nosniff')
    .header('lianxin-export-id', file.id);
  if (file.byteLength !== undefined) void reply.header('content-length', String(file.byteLength));
  await reply.send(file.bytes);
}

/** `match-candidates` → `MatchCandidates` */
function pascalOf(path: string): string {
  return path.replace(/(?:^|[/-])([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
