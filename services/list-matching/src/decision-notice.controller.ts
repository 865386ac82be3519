import { idSchema, type Principal } from '@lianxin/contracts';
import { CurrentPrincipal, Roles } from '@lianxin/platform';
import { Controller, Get, Header, Param, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { NoticeService } from './decision-notice.service.ts';
import { type NoticeView, noticeViewSchema } from './decision-notice.view.ts';

const fileQuerySchema = z.object({ purpose: z.string().trim().min(2).max(500).optional() });

/** 两书同达: the decision and the repair notice of an entry, as data and on paper (R-2-7, R-5-9). */
@ApiTags('名单记录')
@Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE', 'AUDITOR')
@Controller('api/v1/list-entries')
export class NoticeController {
  constructor(private readonly notices: NoticeService) {}

  @Get(':id/notice')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: '两书：认定决定书和信用修复告知书（数据）',
    description: '随决定签发生成，此后不变（R-2-7、R-5-9）；自然人脱敏。上级作出的决定没有两书。',
  })
  @ApiResponse({ status: 200, standardSchema: noticeViewSchema })
  notice(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<NoticeView> {
    return this.notices.view(principal, id);
  }

  @Get(':id/notice.pdf')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: '两书：认定决定书和信用修复告知书（PDF）',
    description: '自然人脱敏；认定单位和信用办说明用途 purpose 后取得送达件，用途和取件人留痕（R-8-8）。同一文书的文件逐字节相同。',
  })
  @ApiProduces('application/pdf')
  @ApiResponse({ status: 200, description: 'PDF' })
  async file(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Query({ schema: fileQuerySchema }) query: z.infer<typeof fileQuerySchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const { name, pdf, sha256 } = await this.notices.file(principal, id, query.purpose);
    void reply.header('ETag', `"${sha256}"`).header('Repr-Digest', `sha-256=:${sha256}:`);
    return new StreamableFile(pdf, {
      type: 'application/pdf',
      disposition: `attachment; filename="notice.pdf"; filename*=UTF-8''${encodeURIComponent(name)}`,
      length: pdf.length,
    });
  }
}
