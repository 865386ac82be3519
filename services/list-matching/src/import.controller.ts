import type { Readable } from 'node:stream';
import type { MultipartFile } from '@fastify/multipart';
import { idSchema, type Page, type Principal, ProblemError, pageQuerySchema, pageSchema } from '@lianxin/contracts';
import { CurrentPrincipal, Roles, sendAnswer } from '@lianxin/platform';
import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ImportService } from './import.service.ts';
import { type ImportErrorView, importErrorSchema, type JobView, jobViewSchema } from './import.view.ts';
import { ImportActionService } from './import-action.service.ts';

const percentSchema = z.coerce.number().int().min(0).max(100).optional();
const defaultsSchema = z
  .string()
  .max(4_000)
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: '应为 JSON 对象，例如 {"basis.0.document":"《…办法》"}' });
      return z.NEVER;
    }
  })
  .pipe(z.record(z.string().max(100), z.string().max(1_000)));
const querySchema = z.object({
  kind: z.string().regex(/^[a-z-]{1,40}$/),
  mode: z.enum(['partial', 'all']).default('partial'),
  /** Only look: what each row would do; `start` makes the import of it. */
  preview: z.enum(['true', 'false']).default('false'),
  sheet: z.string().max(100).optional(),
  fileName: z.string().max(200).optional(),
  /** Values for fields that the layout lacks, as a JSON object; `@header` takes another column's. */
  defaults: defaultsSchema.optional(),
  maxErrorPercent: percentSchema,
});
const keySchema = z.string().min(1).max(200).optional();
const statusSchema = jobViewSchema.shape.status;
export const importHistorySchema = pageQuerySchema.extend({
  kind: z.string().max(40).optional(),
  status: z
    .string()
    .transform((value) => value.split(',').filter((part) => part !== ''))
    .pipe(z.array(statusSchema).max(20))
    .optional(),
  createdFrom: z.iso.datetime({ offset: true }).optional(),
  createdTo: z.iso.datetime({ offset: true }).optional(),
});
const startSchema = z
  .object({ mode: z.enum(['partial', 'all']).default('partial'), maxErrorPercent: percentSchema })
  .meta({ id: 'ImportStart' });
const confirmSchema = z.object({ reason: z.string().trim().min(1).max(2_000) }).meta({ id: 'ImportConfirm' });
export const importErrorQuerySchema = pageQuerySchema.extend({ severity: z.enum(['ERROR', 'WARNING']).default('ERROR') });

@ApiTags('导入与作业')
@Controller('api/v1')
export class ImportController {
  constructor(
    private readonly imports: ImportService,
    private readonly actions: ImportActionService,
  ) {}

  @Post('imports')
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR')
  @HttpCode(202)
  @ApiOperation({
    summary: '导入文件',
    description:
      'xlsx 或 CSV（UTF-8、GB18030 自动识别），列序不限，中文或字段名表头均可。preview=true 只校验并预览，随后用 start 开始；' +
      'mode=partial 只导入正确行，mode=all 全部正确才导入。',
  })
  @ApiConsumes('text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'multipart/form-data')
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
    const { stream, name } = await fileOf(request);
    try {
      const { preview, fileName, defaults, ...rest } = query;
      const wanted = preview === 'true' ? ('PREVIEW' as const) : ('RUN' as const);
      const answer = await this.imports.accept(principal, stream, {
        ...rest,
        sheet: query.sheet,
        maxErrorPercent: query.maxErrorPercent,
        wanted,
        defaults: defaults ?? {},
        fileName: fileName ?? name,
        idempotencyKey,
      });
      void reply.header('Location', `/api/v1/jobs/${answer.body.id}`);
      return sendAnswer(reply, answer);
    } finally {
      // What is refused before its end is read to its end, so that the caller gets the answer and not a broken pipe.
      stream.resume();
    }
  }

  @Get('imports')
  @ApiOperation({ summary: '导入历史', description: '本部门的导入，最新的在前；信用办和审计看到全市的。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(jobViewSchema) })
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: importHistorySchema }) query: z.infer<typeof importHistorySchema>,
  ): Promise<Page<JobView>> {
    const { kind, status, createdFrom, createdTo } = query;
    return this.imports.list(principal, { kind, statuses: status, createdFrom, createdTo }, query);
  }

  @Post('imports/:id/start')
  @HttpCode(202)
  @ApiOperation({ summary: '预览后开始导入' })
  @ApiResponse({ status: 202, standardSchema: jobViewSchema })
  start(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: startSchema }) body: z.infer<typeof startSchema>,
  ): Promise<JobView> {
    return this.actions.start(principal, id, { mode: body.mode, maxErrorPercent: body.maxErrorPercent });
  }

  @Post('imports/:id/confirm')
  @HttpCode(202)
  @ApiOperation({ summary: '确认后继续', description: '名单数量骤增骤减等情况下作业会暂停，由人核对并说明理由后继续。' })
  @ApiResponse({ status: 202, standardSchema: jobViewSchema })
  confirm(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: confirmSchema }) body: z.infer<typeof confirmSchema>,
  ): Promise<JobView> {
    return this.actions.confirm(principal, id, body.reason);
  }

  @Post('imports/:id/cancel')
  @HttpCode(202)
  @ApiOperation({ summary: '取消导入', description: '运行中的作业在当前批次后停止，已导入的行有效。' })
  @ApiResponse({ status: 202, standardSchema: jobViewSchema })
  cancel(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<JobView> {
    return this.actions.cancel(principal, id);
  }

  @Post('imports/:id/undo')
  @HttpCode(202)
  @ApiOperation({ summary: '撤销导入', description: '所生成的记录都未有后续处理时整体撤销；否则列出已变动的行，一行也不撤销。' })
  @ApiResponse({ status: 202, standardSchema: jobViewSchema })
  undo(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<JobView> {
    return this.actions.undo(principal, id);
  }

  @Get('jobs/:id')
  @ApiOperation({ summary: '作业进度' })
  @ApiResponse({ status: 200, standardSchema: jobViewSchema })
  get(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<JobView> {
    return this.imports.get(principal, id);
  }

  @Get('jobs/:id/errors')
  @ApiOperation({ summary: '作业中未导入的行', description: '每行给出行号、列、原因和改正办法；severity=WARNING 为已导入但须留意的行。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(importErrorSchema) })
  errors(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Query({ schema: importErrorQuerySchema }) query: z.infer<typeof importErrorQuerySchema>,
  ): Promise<Page<ImportErrorView>> {
    return this.imports.errors(principal, id, query);
  }
}

/** The file of a request: the raw body, or field `file` of a form. */
export async function fileOf(request: FastifyRequest): Promise<{ stream: Readable; name: string | undefined }> {
  if (request.isMultipart()) {
    const part: MultipartFile | undefined = await request.file();
    if (part?.fieldname === 'file') return { stream: part.file, name: part.filename.slice(0, 200) };
    part?.file.resume();
  } else if (isStream(request.body)) return { stream: request.body, name: undefined };
  throw new ProblemError('IMPORT_FILE_REQUIRED', '以 multipart/form-data 的 file 字段提交文件，或直接作为请求体（text/csv、xlsx）');
}

function isStream(body: unknown): body is Readable {
  return typeof (body as { pipe?: unknown } | null | undefined)?.pipe === 'function';
}
