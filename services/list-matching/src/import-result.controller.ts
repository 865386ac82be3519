import { idSchema, type Principal } from '@lianxin/contracts';
import { CurrentPrincipal, Roles } from '@lianxin/platform';
import { Controller, Get, Param, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { contentTypeOf, ImportResultService, type ResultFormat } from './import-result.service.ts';

const scopeSchema = z.object({ rows: z.enum(['failed', 'all']).default('failed') });
const kindFileSchema = z.string().regex(/^[a-z-]{1,40}\.(?:xlsx|csv)$/);

/** Files of imports that go back to the sender. */
@ApiTags('导入与作业')
@ApiProduces('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'text/csv')
@Controller('api/v1')
export class ImportResultController {
  constructor(private readonly results: ImportResultService) {}

  @Get('imports/templates/:file')
  @ApiOperation({ summary: '下载导入模板', description: '如 list-entries.xlsx：下拉字典、填写说明、示例页；.csv 只有表头和说明。' })
  async template(
    @CurrentPrincipal() principal: Principal,
    @Param('file', { schema: kindFileSchema }) file: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const dot = file.lastIndexOf('.');
    const format = file.slice(dot + 1) as ResultFormat;
    const { name, body } = await this.results.template(principal, file.slice(0, dot), format);
    return download(reply, name, format, new StreamableFile(body));
  }

  @Get('jobs/:id/errors.xlsx')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR')
  @ApiOperation({
    summary: '错误工作簿',
    description: '原文件的列和顺序，加“结果”“错误原因”两列，错误单元格标红并加批注；改正后直接重新上传。',
  })
  workbook(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Query({ schema: scopeSchema }) query: z.infer<typeof scopeSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    return this.send(principal, id, 'xlsx', query.rows, reply);
  }

  @Get('jobs/:id/errors.csv')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR')
  @ApiOperation({ summary: '错误明细 CSV', description: '同错误工作簿，CSV UTF-8。' })
  csv(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Query({ schema: scopeSchema }) query: z.infer<typeof scopeSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    return this.send(principal, id, 'csv', query.rows, reply);
  }

  private async send(
    principal: Principal,
    id: string,
    format: ResultFormat,
    rows: 'failed' | 'all',
    reply: FastifyReply,
  ): Promise<StreamableFile> {
    const { name, body } = await this.results.errors(principal, id, format, rows);
    return download(reply, name, format, new StreamableFile(body));
  }
}

/** A file that no browser shows and no cache keeps: it may hold personal data. */
function download(reply: FastifyReply, name: string, format: ResultFormat, file: StreamableFile): StreamableFile {
  void reply
    .header('content-type', contentTypeOf(format))
    .header('content-disposition', `attachment; filename="import.${format}"; filename*=UTF-8''${encodeURIComponent(name)}`)
    .header('cache-control', 'no-store')
    .header('x-content-type-options', 'nosniff');
  return file;
}
