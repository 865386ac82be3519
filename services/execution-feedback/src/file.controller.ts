import { randomUUIDv7 } from 'node:crypto';
import { departmentCodeSchema, idSchema, type Principal, ProblemError } from '@lianxin/contracts';
import { dispositionOf, evidenceTypes, FileFolder, fileOfRequest, plainFileName } from '@lianxin/files';
import { Clock, CurrentPrincipal, contentHash, Database, idempotently, Roles, sendAnswer } from '@lianxin/platform';
import { Controller, Get, Param, Post, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type EvidenceFile, FileStore } from './file.store.ts';

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
    private readonly folder: FileFolder,
    private readonly store: FileStore,
    private readonly clock: Clock,
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
    const id = randomUUIDv7();
    const upload = await fileOfRequest(request);
    const stored = await this.folder.take(id, upload.body);
    const file: EvidenceFile = {
      id,
      department_code: departmentCode,
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
  @ApiOperation({ summary: '下载证据', description: '仅限本部门和信用办。' })
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
  private async keep(principal: Principal, file: EvidenceFile, request: FastifyRequest, reply: FastifyReply) {
    const key = request.headers['idempotency-key'];
    const idempotent = {
      principalId: principal.id,
      key: typeof key === 'string' && key.length > 0 ? key.slice(0, 200) : undefined,
      fingerprint: contentHash(['POST', '/api/v1/files', file.department_code, file.sha256]),
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

function viewOf(file: EvidenceFile): z.infer<typeof fileViewSchema> {
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
