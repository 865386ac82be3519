import { idSchema, type Principal, ProblemError } from '@lianxin/contracts';
import { evidenceTypes, FileDesk, type FileRow } from '@lianxin/files';
import { CurrentPrincipal, Database, Roles } from '@lianxin/platform';
import { Controller, Get, Param, Post, Req, Res, type StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { FileStore } from './file.store.ts';

const fileViewSchema = z
  .object({ id: idSchema, name: z.string(), mediaType: z.string(), sizeBytes: z.int(), sha256: z.string(), uploadedAt: z.string() })
  .meta({ id: 'RepairFile' });

/** Materials by their content: who sees an application sees its materials. */
@ApiTags('信用修复')
@ApiBearerAuth('apiKey')
@Controller('api/v1/repair-files')
export class FileController {
  constructor(
    private readonly database: Database,
    private readonly desk: FileDesk,
    private readonly store: FileStore,
  ) {}

  @Post()
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'WINDOW_CLERK', 'SYSTEM_CLIENT', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR')
  @ApiConsumes('multipart/form-data', ...Object.values(evidenceTypes))
  @ApiBody({ schema: { type: 'object', required: ['file'], properties: { file: { type: 'string', format: 'binary' } } } })
  @ApiOperation({
    summary: '上传修复材料',
    description: '履行证明、信用承诺书、法院裁定、授权书等（R-5-8）；pdf、jpg、png、ofd，不超过 20 MB，类型按内容判断。',
  })
  @ApiResponse({ status: 201, standardSchema: fileViewSchema })
  async upload(@CurrentPrincipal() principal: Principal, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const departmentCode = principal.departments[0] ?? 'CITY';
    return this.desk.take({ principal, request, reply, departmentCode }, this.store, viewOf);
  }

  @Get(':id')
  @ApiOperation({ summary: '下载修复材料', description: '限办理部门、收件窗口和信用办。' })
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

function viewOf(file: FileRow): z.infer<typeof fileViewSchema> {
  return {
    id: file.id,
    name: file.name,
    mediaType: file.media_type,
    sizeBytes: file.size_bytes,
    sha256: file.sha256,
    uploadedAt: file.uploaded_at.toISOString(),
  };
}
