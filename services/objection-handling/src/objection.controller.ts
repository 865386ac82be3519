import { idSchema, type Page, type Principal, pageSchema } from '@lianxin/contracts';
import { CurrentPrincipal, Database, Idempotent, type IdempotentRequest, Roles } from '@lianxin/platform';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { ObjectionIntake } from './objection.intake.ts';
import { ObjectionReader } from './objection.reader.ts';
import { ObjectionRequests } from './objection.requests.ts';
import {
  type ObjectionSummary,
  type ObjectionView,
  objectionQuerySchema,
  objectionSummarySchema,
  objectionViewSchema,
  type SubmitRequest,
  submitSchema,
} from './objection.schemas.ts';
import { ObjectionService } from './objection.service.ts';

const readers = [
  'DEPT_HANDLER',
  'DEPT_APPROVER',
  'DEPT_LIAISON',
  'WINDOW_CLERK',
  'CREDIT_OFFICE',
  'CREDIT_CENTRE_OPERATOR',
  'SUPERVISOR',
  'AUDITOR',
  'REPLAY_ADMIN',
  'SUBJECT',
] as const;

/** Objections (§6): taking them in and reading them. */
@ApiTags('异议')
@Controller('api/v1/objections')
export class ObjectionController {
  constructor(
    private readonly database: Database,
    private readonly requests: ObjectionRequests,
    private readonly intake: ObjectionIntake,
    private readonly objections: ObjectionService,
    private readonly reader: ObjectionReader,
  ) {}

  @Post()
  @Roles('WINDOW_CLERK', 'DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR', 'SUBJECT')
  @HttpCode(201)
  @ApiOperation({
    summary: '提出异议',
    description:
      '本人、代理人、继承人、监护人、管理人、承继单位、被误认的人，以及发现差错的执行部门（R-6-1、R-6-9）。材料不全的可先收到，缺项见 lacks。',
  })
  @ApiResponse({ status: 201, standardSchema: objectionViewSchema })
  submit(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Body({ schema: submitSchema }) body: SubmitRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ObjectionView> {
    return this.requests.change({ principal, request, reply }, (tx) => this.intake.submit(tx, principal, body), 201);
  }

  @Get()
  @Roles(...readers)
  @ApiOperation({ summary: '异议列表', description: '部门看到涉及本部门记录和本部门收到的异议，新的在前。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(objectionSummarySchema) })
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: objectionQuerySchema }) query: z.infer<typeof objectionQuerySchema>,
  ): Promise<Page<ObjectionSummary>> {
    return this.database.transaction(principal, (tx) => this.reader.page(tx, principal, query));
  }

  @Get(':id')
  @Roles(...readers)
  @ApiOperation({ summary: '一件异议', description: '当前状态、各期限、每一步由谁在何时办理；申请人姓名脱敏。' })
  @ApiResponse({ status: 200, standardSchema: objectionViewSchema })
  async get(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ObjectionView> {
    const view = await this.database.transaction(principal, async (tx) => this.reader.view(tx, await this.objections.get(tx, id)));
    void reply.header('ETag', `"${view.version}"`);
    return view;
  }
}
