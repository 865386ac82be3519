import { type Principal, pageSchema } from '@lianxin/contracts';
import { CurrentPrincipal } from '@lianxin/platform';
import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { openReceiptSchema, type ReceiptQuery, ReceiptReader, receiptQuerySchema } from './receipt.reader.ts';

@ApiTags('信用修复')
@ApiBearerAuth('apiKey')
@Controller('api/v1/repair-receipts')
export class ReceiptController {
  constructor(private readonly receipts: ReceiptReader) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: '修复后未同步',
    description:
      '已准予修复、尚未解除的任务，最早准予的在前；部门看自己的，信用办看全部（R-5-12）。办结部门可看本部门所准予修复的全部任务。',
  })
  @ApiResponse({ status: 200, standardSchema: pageSchema(openReceiptSchema) })
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: receiptQuerySchema }) query: ReceiptQuery) {
    return this.receipts.list(principal, query);
  }
}
