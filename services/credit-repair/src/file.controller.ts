import { randomUUIDv7 } from 'node:crypto';
import { idSchema, type Principal, ProblemError } from '@lianxin/contracts';
import { dispositionOf, evidenceTypes, FileFolder, fileOfRequest, plainFileName } from '@lianxin/files';
import { Clock, CurrentPrincipal, contentHash, Database, idempotently, Roles, sendAnswer } from '@lianxin/platform';
import { Controller, Get, Param, Post, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { FileStore, type RepairFile } from './file.store.ts';

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
    private readonly folder: FileFolder,
    private readonly store: FileStore,
    private readonly clock: Clock,
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
    const id = randomUUIDv7();
    const upload = await fileOfRequest(request);
    const stored = await this.folder.take(id, upload.body);
    const file: RepairFile = {
      id,
      department_code: principal.departments[0] ?? 'CITY',
      sha256: stored.sha256,
      size_bytes: stored.sizeBytes,
      media_type: evidenceTypes[stored.type],
      name: plainFileName(upload.name, `${id}.${stored.type}`),
      uploaded_by: principal.id,
      uploaded_at: this.clock.now(),
    };
    return this.keep(principal, file, request, reply);
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
    // A file from outside is never shown by a browser as a page of ours.
    void reply
      .header('X-Content-Type-Options', 'nosniff')
      .header('Content-Security-Policy', "sandbox; default-src 'none'")
      .header('Cache-Control', 'private, no-store')
      .header('ETag', `"${file.sha256}"`);
    return new StreamableFile(await this.folder.read(id), {
      type: file.media_type,
      length: file.size_bytes,
      disposition: dispositionOf(file.name),
    });
  }

  /** The row commits the file: where it does not come to stand, or an earlier request with the same key had it, the new copy goes. */
  private async keep(principal: Principal, file: RepairFile, request: FastifyRequest, reply: FastifyReply) {
    const key = request.headers['idempotency-key'];
    const idempotent = {
      principalId: principal.id,
      key: typeof key === 'string' && key.length > 0 ? key.slice(0, 200) : undefined,
      fingerprint: contentHash(['POST', '/api/v1/repair-files', file.department_code, file.sha256]),
    };
    try {
      const answer = await this.database.transaction(principal, (tx) =>
        idempotently(tx, idempotent, async () => {
          await this.store.insert(tx, file);
          return { status: 201, body: viewOf(file) };
        }),
      );
      if (answer.replayed) await this.folder.remove(file.id);
      return sendAnswer(reply, answer);
    } catch (error) {
      await this.folder.remove(file.id);
      throw error;
    }
  }
}

function viewOf(file: RepairFile): z.infer<typeof fileViewSchema> {
  return {
    id: file.id,
    name: file.name,
    mediaType: file.media_type,
    sizeBytes: file.size_bytes,
    sha256: file.sha256,
    uploadedAt: file.uploaded_at.toISOString(),
  };
}
