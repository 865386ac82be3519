import { dateSchema, idSchema, type Principal } from '@lianxin/contracts';
import { CurrentPrincipal, Roles } from '@lianxin/platform';
import { Controller, Get, Header, Param, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { ExitNoticeService, type ExitNoticeView } from './exit-notice.service.ts';

const exitNoticeSchema = z
  .object({
    entryId: idSchema,
    entryNumber: z.string(),
    listCode: z.string(),
    department: z.string(),
    subject: z.object({ name: z.string(), usccCode: z.string().nullable(), idMasked: z.string().nullable() }),
    title: z.string(),
    exitedOn: dateSchema,
    reason: z.string(),
    documentNo: z.string().nullable(),
    text: z.string(),
  })
  .meta({ id: 'ExitNotice' });

/** 移出公告: told on the same channels as the listing (R-2-11). */
@ApiTags('公示渠道')
@Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'DEPT_LIAISON', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR', 'AUDITOR')
@Controller('api/v1/list-entries')
export class ExitNoticeController {
  constructor(private readonly notices: ExitNoticeService) {}

  @Get(':id/exit-notice')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: '移出公告（数据）', description: '公示过的记录移出名单后，在原渠道公告（R-2-11）；自然人脱敏。' })
  @ApiResponse({ status: 200, standardSchema: exitNoticeSchema })
  notice(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<ExitNoticeView> {
    return this.notices.view(principal, id);
  }

  @Get(':id/exit-notice.pdf')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: '移出公告（PDF）' })
  @ApiProduces('application/pdf')
  @ApiResponse({ status: 200, description: 'PDF' })
  async file(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<StreamableFile> {
    const { name, pdf } = await this.notices.file(principal, id);
    return new StreamableFile(pdf, {
      type: 'application/pdf',
      disposition: `attachment; filename="exit-notice.pdf"; filename*=UTF-8''${encodeURIComponent(name)}`,
      length: pdf.length,
    });
  }
}
