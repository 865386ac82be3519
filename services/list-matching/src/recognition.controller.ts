import { dateSchema, idSchema, type Page, type Principal, pageQuerySchema, pageSchema } from '@lianxin/contracts';
import {
  CurrentPrincipal,
  Database,
  decodeCursor,
  Idempotent,
  type IdempotentRequest,
  idempotently,
  pageOf,
  Roles,
  sendAnswer,
  type Transaction,
} from '@lianxin/platform';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { RecognitionService } from './recognition.service.ts';
import { type AgreementRow, findAgreementPage } from './recognition.store.ts';

const text = (maxLength: number) => z.string().trim().min(1).max(maxLength);
const proposalSchema = z
  .object({
    regionCode: z.string().regex(/^\d{6}$/, '应为 6 位区划码'),
    listCode: text(40),
    validFrom: dateSchema,
    validTo: dateSchema.optional(),
    document: z.object({ name: text(500), number: text(200) }),
  })
  .meta({ id: 'RecognitionAgreementRequest' });
const endSchema = z.object({ endsOn: dateSchema, documentNo: text(200) }).meta({ id: 'RecognitionAgreementEnd' });
const agreementSchema = z
  .object({
    id: idSchema,
    regionCode: z.string(),
    listCode: z.string(),
    validFrom: dateSchema,
    validTo: dateSchema.nullable(),
    document: z.object({ name: z.string(), number: z.string() }),
    status: z.enum(['PROPOSED', 'CONFIRMED', 'REJECTED']),
    proposedBy: z.string(),
    decidedBy: z.string().nullable(),
    /** Set while an end waits for its second person, and once it has been confirmed. */
    end: z.object({ endsOn: dateSchema, documentNo: z.string(), proposedBy: z.string(), decidedBy: z.string().nullable() }).nullable(),
  })
  .meta({ id: 'RecognitionAgreement' });
type AgreementView = z.infer<typeof agreementSchema>;
const cursorSchema = z.tuple([z.uuid()]);

@ApiTags('名单互认')
@Controller('api/v1/recognition-agreements')
export class RecognitionController {
  constructor(
    private readonly database: Database,
    private readonly recognition: RecognitionService,
  ) {}

  @Post()
  @Roles('CREDIT_OFFICE')
  @ApiOperation({ summary: '拟定互认协议', description: '由信用办另一人确认后生效；到起始日，对方地区该名单的记录在本市产生效力。' })
  @ApiResponse({ status: 201, standardSchema: agreementSchema })
  propose(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Body({ schema: proposalSchema }) body: z.infer<typeof proposalSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AgreementView> {
    const agreement = {
      region_code: body.regionCode,
      list_code: body.listCode,
      valid_from: body.validFrom,
      valid_to: body.validTo ?? null,
      document_name: body.document.name,
      document_no: body.document.number,
    };
    return this.change(principal, request, reply, 201, (tx) => this.recognition.propose(tx, principal, agreement));
  }

  @Get()
  @ApiOperation({ summary: '互认协议列表' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(agreementSchema) })
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: pageQuerySchema }) query: z.infer<typeof pageQuerySchema>,
  ): Promise<Page<AgreementView>> {
    return this.database.transaction(principal, (tx) => readAgreements(tx, query.cursor, query.limit));
  }

  @Post(':id/confirm')
  @Roles('CREDIT_OFFICE')
  @HttpCode(200)
  @ApiOperation({ summary: '确认互认协议或其终止', description: '须为拟定人以外的人。' })
  @ApiResponse({ status: 200, standardSchema: agreementSchema })
  confirm(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AgreementView> {
    return this.change(principal, request, reply, 200, (tx) => this.recognition.decide(tx, principal, id, true));
  }

  @Post(':id/reject')
  @Roles('CREDIT_OFFICE')
  @HttpCode(200)
  @ApiOperation({ summary: '不同意互认协议或其终止' })
  @ApiResponse({ status: 200, standardSchema: agreementSchema })
  reject(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AgreementView> {
    return this.change(principal, request, reply, 200, (tx) => this.recognition.decide(tx, principal, id, false));
  }

  @Post(':id/end')
  @Roles('CREDIT_OFFICE')
  @HttpCode(200)
  @ApiOperation({ summary: '提出终止互认协议', description: '经另一人确认，自终止日次日起解除据该协议产生的措施。' })
  @ApiResponse({ status: 200, standardSchema: agreementSchema })
  end(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: endSchema }) body: z.infer<typeof endSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AgreementView> {
    return this.change(principal, request, reply, 200, (tx) => this.recognition.end(tx, principal, id, body));
  }

  private async change(
    principal: Principal,
    request: IdempotentRequest,
    reply: FastifyReply,
    status: number,
    work: (tx: Transaction) => Promise<AgreementRow>,
  ): Promise<AgreementView> {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => ({ status, body: viewOf(await work(tx)) })),
    );
    return sendAnswer(reply, answer);
  }
}

export async function readAgreements(tx: Transaction, cursor: string | undefined, limit: number): Promise<Page<AgreementView>> {
  const after = cursor === undefined ? undefined : decodeCursor(cursorSchema, cursor)[0];
  return pageOf(await findAgreementPage(tx, after, limit + 1), limit, (row) => [row.id], viewOf);
}

function viewOf(row: AgreementRow): AgreementView {
  const { end_on, end_document_no, end_proposed_by } = row;
  return {
    id: row.id,
    regionCode: row.region_code,
    listCode: row.list_code,
    validFrom: row.valid_from,
    validTo: row.valid_to,
    document: { name: row.document_name, number: row.document_no },
    status: row.status,
    proposedBy: row.proposed_by,
    decidedBy: row.decided_by,
    end:
      end_on === null || end_document_no === null || end_proposed_by === null
        ? null
        : { endsOn: end_on, documentNo: end_document_no, proposedBy: end_proposed_by, decidedBy: row.end_decided_by },
  };
}
