import { idSchema, type Principal, ProblemError } from '@lianxin/contracts';
import { CurrentPrincipal, Database, Roles } from '@lianxin/platform';
import { Controller, Get, Headers, HttpCode, Param, Post, Query, Req, Res, StreamableFile } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { FileName } from './catalogue.rows.ts';
import { type DraftView, draftViewSchema } from './catalogue-draft.api.ts';
import { draftViewOf, revisionOf } from './catalogue-draft.controller.ts';
import { importFiles } from './catalogue-import.columns.ts';
import { CatalogueImportService } from './catalogue-import.service.ts';

const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const yamlTypes = ['application/yaml', 'application/x-yaml', 'text/yaml'];
const maxFileBytes = 10 * 1024 * 1024;
const fileSchema = z.enum(importFiles as [FileName, ...FileName[]]);
const templateSchema = z.object({ format: z.enum(['csv', 'xlsx']).default('xlsx') });
const querySchema = z.object({ file: fileSchema.optional() });

/** Lets the files of an import in as they are. */
export async function acceptCatalogueFiles(app: NestFastifyApplication): Promise<void> {
  app
    .getHttpAdapter()
    .getInstance()
    .addContentTypeParser(['text/csv', xlsx, ...yamlTypes], { parseAs: 'buffer', bodyLimit: maxFileBytes }, (_request, body, done) =>
      done(null, body),
    );
}

@ApiTags('目录版本')
@Controller('api/v1/catalogue')
export class CatalogueImportController {
  constructor(
    private readonly database: Database,
    private readonly imports: CatalogueImportService,
  ) {}

  @Get('templates/:file')
  @ApiOperation({ summary: '导入模板', description: '每类行一个模板；首行为列名，第二行为填写说明。YAML 不用模板：以类名为键、行为列表。' })
  @ApiProduces(xlsx, 'text/csv')
  async template(
    @Param('file', { schema: fileSchema }) file: FileName,
    @Query({ schema: templateSchema }) query: z.infer<typeof templateSchema>,
  ): Promise<StreamableFile> {
    const bytes = await this.imports.template(file, query.format);
    const type = query.format === 'csv' ? 'text/csv; charset=utf-8' : xlsx;
    return new StreamableFile(bytes, { type, disposition: `attachment; filename="${file}.${query.format}"`, length: bytes.length });
  }

  @Post('drafts/:id/imports')
  @HttpCode(200)
  @Roles('CREDIT_OFFICE')
  @ApiOperation({
    summary: '把文件导入草案',
    description:
      '须带 If-Match。CSV、xlsx 以 file 说明是哪一类行；YAML 可含多类。按编码替换或新增；措施的依据、执行部门文件替换该措施原有的全部依据、执行部门。有一处错误则全部不导入，逐处说明。',
  })
  @ApiConsumes('text/csv', xlsx, 'application/yaml')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiResponse({ status: 200, standardSchema: draftViewSchema })
  async put(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Query({ schema: querySchema }) query: z.infer<typeof querySchema>,
    @Headers('if-match') ifMatch: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DraftView> {
    const revision = revisionOf(ifMatch);
    const { body } = request;
    if (!Buffer.isBuffer(body) || body.length === 0)
      throw new ProblemError('IMPORT_FILE_REQUIRED', '以请求体提交文件：text/csv、xlsx 或 application/yaml');
    const isYaml = yamlTypes.some((type) => request.headers['content-type']?.startsWith(type));
    if (!isYaml && query.file === undefined)
      throw new ProblemError('VALIDATION_FAILED', `以 file 说明是哪一类行：${importFiles.join('、')}`);
    // Read before the transaction: a workbook takes its time.
    const rows = await this.imports.read(body, isYaml ? 'yaml' : (query.file ?? 'measures'));
    const draft = await this.database.transaction(principal, (tx) => this.imports.put(tx, principal, id, revision, rows));
    void reply.header('ETag', `"${draft.revision}"`);
    return draftViewOf(draft);
  }
}
