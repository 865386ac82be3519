import type { Readable } from 'node:stream';
import type { MultipartFile } from '@fastify/multipart';
import { idSchema, type Page, type Principal, ProblemError, pageQuerySchema, pageSchema } from '@lianxin/contracts';
import { CurrentPrincipal, Roles, sendAnswer } from '@lianxin/platform';
import { Controller, Get, Headers, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ImportService } from './import.service.ts';
import { type ImportErrorView, importErrorSchema, type JobView, jobViewSchema } from './import.view.ts';

const querySchema = z.object({ kind: z.enum(['list-entries']), mode: z.enum(['partial', 'all']).default('partial') });
const keySchema = z.string().min(1).max(200).optional();

@ApiTags('导入与作业')
@Controller('api/v1')
export class ImportController {
  constructor(private readonly imports: ImportService) {}

  @Post('imports')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR')
  @HttpCode(202)
  @ApiOperation({
    summary: '导入名单文件',
    description: 'CSV（UTF-8，可带 BOM），首行为表头，列序不限。mode=partial 只导入正确行，mode=all 全部正确才导入。',
  })
  @ApiConsumes('text/csv', 'multipart/form-data')
  @ApiBody({ schema: { type: 'object', properties: { file: { type: 'string', format: 'binary' } } } })
  @ApiResponse({ status: 202, standardSchema: jobViewSchema })
  async accept(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: querySchema }) query: z.infer<typeof querySchema>,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobView> {
    if (!keySchema.safeParse(idempotencyKey).success) throw new ProblemError('VALIDATION_FAILED', 'Idempotency-Key 长度应为 1–200 个字符');
    const file = await fileOf(request);
    try {
      const answer = await this.imports.accept(principal, file, { ...query, idempotencyKey });
      void reply.header('Location', `/api/v1/jobs/${answer.body.id}`);
      return sendAnswer(reply, answer);
    } finally {
      // What is refused before its end is read to its end, so that the caller gets the answer and not a broken pipe.
      file.resume();
    }
  }

  @Get('jobs/:id')
  @ApiOperation({ summary: '作业进度' })
  @ApiResponse({ status: 200, standardSchema: jobViewSchema })
  get(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<JobView> {
    return this.imports.get(principal, id);
  }

  @Get('jobs/:id/errors')
  @ApiOperation({ summary: '作业中未导入的行', description: '每行给出行号、列、原因和改正办法。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(importErrorSchema) })
  errors(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Query({ schema: pageQuerySchema }) query: z.infer<typeof pageQuerySchema>,
  ): Promise<Page<ImportErrorView>> {
    return this.imports.errors(principal, id, query.cursor, query.limit);
  }
}

/** The file of a request: the raw text/csv body, or field `file` of a form. */
async function fileOf(request: FastifyRequest): Promise<Readable> {
  if (request.isMultipart()) {
    const part: MultipartFile | undefined = await request.file();
    if (part?.fieldname === 'file') return part.file;
    part?.file.resume();
  } else if (/^text\/csv\b/i.test(request.headers['content-type'] ?? '') && isStream(request.body)) return request.body;
  throw new ProblemError('IMPORT_FILE_REQUIRED', '以 multipart/form-data 的 file 字段或 text/csv 请求体提交文件');
}

function isStream(body: unknown): body is Readable {
  return typeof (body as { pipe?: unknown } | null | undefined)?.pipe === 'function';
}
