import { idTypeSchema, listTypeSchema, ProblemError, publicRecordKindSchema } from '@lianxin/contracts';
import { Public } from '@lianxin/platform';
import { Body, Controller, Get, Header, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { type PublicAnswer, PublicationService } from './publication.service.ts';

const querySchema = z.object({ usccCode: z.string().trim().min(1).max(64).optional(), name: z.string().trim().min(2).max(500).optional() });
const personSchema = z
  .object({ name: z.string().trim().min(1).max(500), idType: idTypeSchema, idNumber: z.string().trim().min(1).max(64) })
  .meta({ id: 'PublicPersonQuery' });
const answerSchema = z
  .object({
    /** The organisation asked for; null when nothing is published, or when several bear the name. */
    subject: z.object({ name: z.string(), usccCode: z.string() }).nullable(),
    entries: z.array(
      z.object({
        listName: z.string(),
        listType: listTypeSchema,
        lines: z.array(z.object({ label: z.string(), value: z.string() })),
        mark: z.literal('异议处理中').nullable(),
        review: z.string().nullable(),
      }),
    ),
    /** Licences, penalties and abnormal operation of organisations; penalties of the lightest grade are not published (§5.2). */
    records: z.array(
      z.object({
        kind: publicRecordKindSchema,
        lines: z.array(z.object({ label: z.string(), value: z.string() })),
        mark: z.literal('异议处理中').nullable(),
        review: z.string().nullable(),
      }),
    ),
    /** 未查询到公示信息 is not a certificate of good standing. */
    message: z.string(),
    asOf: z.string(),
  })
  .meta({ id: 'PublicListEntries' });
type Answer = z.infer<typeof answerSchema>;

/** What anybody may ask without a key (issue: publication; §8.3). Answers are never kept by a proxy: a removal stops publication at once. */
@ApiTags('公示')
@Public()
@Controller('api/v1/public')
export class PublicationController {
  constructor(private readonly publication: PublicationService) {}

  @Get('list-entries')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: '公示查询（单位）',
    description:
      '按统一社会信用代码或单位全称查询；不支持模糊查询。重点关注名单和已退出的记录不公示。许可、处罚和经营异常一并列出；轻微处罚和超过最长公示期的处罚不公示。',
  })
  @ApiResponse({ status: 200, standardSchema: answerSchema })
  async find(@Query({ schema: querySchema }) query: z.infer<typeof querySchema>): Promise<Answer> {
    if (query.usccCode !== undefined) return shown(await this.publication.byCode(query.usccCode));
    if (query.name !== undefined) return shown(await this.publication.byName(query.name));
    throw new ProblemError('VALIDATION_FAILED', '请提供 usccCode（统一社会信用代码）或 name（单位全称）');
  }

  @Get('subjects/:code')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: '一个单位的公示信息' })
  @ApiResponse({ status: 200, standardSchema: answerSchema })
  async subject(@Param('code', { schema: z.string().max(64) }) code: string): Promise<Answer> {
    return shown(await this.publication.byCode(code));
  }

  @Post('list-entries/search')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: '公示查询（自然人）',
    description: '须同时提供姓名和完整证件号码，且只有法律规定公示自然人的名单；号码只在请求体中传送。',
  })
  @ApiResponse({ status: 200, standardSchema: answerSchema })
  async person(@Body({ schema: personSchema }) body: z.infer<typeof personSchema>): Promise<Answer> {
    return shown(await this.publication.byPerson(body.name, body.idType, body.idNumber));
  }
}

function shown(answer: PublicAnswer): Answer {
  return {
    subject: answer.subject,
    entries: answer.entries.map((entry) => ({ ...entry, lines: [...entry.lines] })),
    records: answer.records.map((record) => ({ ...record, lines: [...record.lines] })),
    message: answer.entries.length === 0 && answer.records.length === 0 ? '未查询到公示信息' : '',
    asOf: new Date().toISOString(),
  };
}
