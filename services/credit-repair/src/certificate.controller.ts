import { dateSchema, idSchema, type Principal } from '@lianxin/contracts';
import { dispositionOf } from '@lianxin/files';
import { CurrentPrincipal, Public } from '@lianxin/platform';
import { Controller, Get, Header, Param, StreamableFile, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CertificateReader } from './certificate.reader.ts';
import { VisibleRepair } from './visible.guard.ts';

const checkSchema = z
  .object({
    /** INVALID: the repair was revoked since. */
    status: z.enum(['VALID', 'INVALID']),
    number: z.string(),
    subject: z.string(),
    repairNumber: z.string(),
    items: z.array(z.string()),
    documentNo: z.string(),
    grantedOn: dateSchema,
    restoredAt: z.string(),
    issuedAt: z.string(),
    invalidSince: z.string().nullable(),
    /** As printed on the paper. */
    sha256: z.string(),
  })
  .meta({ id: 'RepairCertificateCheck' });

@ApiTags('信用修复')
@ApiBearerAuth('apiKey')
@Controller('api/v1/repairs/:id/certificate')
export class CertificateController {
  constructor(private readonly certificates: CertificateReader) {}

  @Get()
  @UseGuards(VisibleRepair)
  @Header('Cache-Control', 'private, no-store')
  @ApiOperation({
    summary: '全面恢复证明（PDF）',
    description: '全部回执到齐后出具，注明恢复时间和验证码；修复被撤销的即失效（R-5-1、R-5-13）。',
  })
  @ApiResponse({ status: 200, content: { 'application/pdf': { schema: { type: 'string', format: 'binary' } } } })
  async paper(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<StreamableFile> {
    const { number, bytes } = await this.certificates.paper(principal, id);
    return new StreamableFile(bytes, { type: 'application/pdf', length: bytes.length, disposition: dispositionOf(`${number}.pdf`) });
  }
}

/** Anybody who holds the paper may ask whether it is true. */
@ApiTags('公示')
@Public()
@Controller('api/v1/public/repair-certificates')
export class PublicCertificateController {
  constructor(private readonly certificates: CertificateReader) {}

  @Get(':code')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: '查验全面恢复证明', description: '凭证明上的验证码查验，不需要登录；只回答证明上已有的内容和是否仍然有效。' })
  @ApiResponse({ status: 200, standardSchema: checkSchema })
  async check(@Param('code', { schema: z.string().regex(/^[2-9A-HJ-NP-Z]{20}$/) }) code: string): Promise<z.infer<typeof checkSchema>> {
    const { content, status, issuedAt, invalidSince, sha256 } = await this.certificates.check(code);
    return {
      status,
      number: content.number,
      subject: content.subject,
      repairNumber: content.repairNumber,
      items: content.items.map((item) => item.number),
      documentNo: content.documentNo,
      grantedOn: content.grantedOn,
      restoredAt: content.restoredAt,
      issuedAt: issuedAt.toISOString(),
      invalidSince: invalidSince?.toISOString() ?? null,
      sha256,
    };
  }
}
