import { departmentCodeSchema, idSchema, type Principal, ProblemError } from '@lianxin/contracts';
import { evidenceTypes, FileDesk, type FileRow } from '@lianxin/files';
import { CurrentPrincipal, Database, Roles } from '@lianxin/platform';
import { Controller, Get, Param, Post, Query, Req, Res, type StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { FileStore } from './file.store.ts';

const fileViewSchema = z
  .object({
    id: idSchema,
    departmentCode: departmentCodeSchema,
    name: z.string(),
    mediaType: z.string(),
    sizeBytes: z.int(),
    sha256: z.string(),
    uploadedAt: z.string(),
  })
  .meta({ id: 'EvidenceFile' });
const uploadQuerySchema = z.object({ department: departmentCodeSchema.optional() });

/** Evidence files: into the folder by stream, out of it to their own department and the credit office. */
@ApiTags('文件')
@ApiBearerAuth('apiKey')
@Controller('api/v1/files')
export class FileController {
  constructor(
    private readonly database: Database,
    private readonly desk: FileDesk,
    private readonly store: FileStore,
  ) {}

  @Post()
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER')
  @ApiConsumes('multipart/form-data', ...Object.values(evidenceTypes))
  @ApiBody({ schema: { type: 'object', required: ['file'], properties: { file: { type: 'string', format: 'binary' } } } })
  @ApiOperation({
    summary: '上传证据',
    description: '以 multipart 的 file 字段或请求体上传 pdf、jpg、png、ofd，不超过 20 MB；类型按内容判断。',
  })
  @ApiResponse({ status: 201, standardSchema: fileViewSchema })
  async upload(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: uploadQuerySchema }) query: z.infer<typeof uploadQuerySchema>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const departmentCode = departmentOf(principal, query.department);
    return this.desk.take({ principal, request, reply, departmentCode }, this.store, viewOf);
  }

  @Get(':id')
  @ApiOperation({ summary: '下载证据', description: '仅限本部门和信用办。' })
  @ApiResponse({ status: 200, content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } })
  async download(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const file = await this.database.transaction(principal, (tx) => this.store.find(tx, id));
    if (file === undefined) throw new ProblemError('NOT_FOUND', '没有此文件，或不属于本部门');
    return this.desk.hand(reply, file);
  }
}

/** @throws ProblemError FORBIDDEN for a department that is not the caller's, VALIDATION_FAILED when several could be meant. */
function departmentOf(principal: Principal, asked: string | undefined): string {
  const [first, second] = principal.departments;
  if (asked !== undefined && !principal.departments.includes(asked)) throw new ProblemError('FORBIDDEN', `不属于部门 ${asked}`);
  if (asked === undefined && second !== undefined)
    throw new ProblemError('VALIDATION_FAILED', '属于多个部门时须以 department 参数指明', [
      { pointer: '/department', code: 'VALIDATION_FAILED', detail: `从 ${principal.departments.join('、')} 中选择` },
    ]);
  const department = asked ?? first;
  if (department === undefined) throw new ProblemError('FORBIDDEN', '只有部门可以上传证据');
  return department;
}

function viewOf(file: FileRow): z.infer<typeof fileViewSchema> {
  return {
    id: file.id,
    departmentCode: file.department_code,
    name: file.name,
    mediaType: file.media_type,
    sizeBytes: file.size_bytes,
    sha256: file.sha256,
    uploadedAt: file.uploaded_at.toISOString(),
  };
}
