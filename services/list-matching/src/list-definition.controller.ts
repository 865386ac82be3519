import { dateSchema, type Principal, ProblemError } from '@lianxin/contracts';
import {
  Clock,
  CurrentPrincipal,
  Database,
  Idempotent,
  type IdempotentRequest,
  idempotently,
  Roles,
  sendAnswer,
  type Transaction,
} from '@lianxin/platform';
import { Body, Controller, Get, HttpCode, Injectable, type OnModuleInit, Param, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { findUnstorableTexts } from './designation-text.rules.ts';
import { loadListCatalogue } from './list-definition.loader.ts';
import { definitionOn, type ListDefinition } from './list-definition.rules.ts';
import { allDefinitions, findDefinitions, insertDefinitions } from './list-definition.store.ts';
import { findStandardFaults } from './list-standard.rules.ts';
import { findStandards, insertStandard, type StandardRow } from './list-standard.store.ts';

const codeSchema = z.string().max(40);

const standardRequestSchema = z
  .object({
    url: z.string().min(1).max(500),
    consultedFrom: dateSchema,
    consultedTo: dateSchema,
    documentNo: z.string().trim().min(1).max(200),
  })
  .strict()
  .meta({ id: 'ListStandardRequest' });

const listViewSchema = z
  .object({
    code: z.string(),
    version: z.int(),
    nameZh: z.string(),
    nameEn: z.string(),
    type: z.string(),
    field: z.string().nullable(),
    status: z.string(),
    designatingDepartments: z.array(z.string()),
    subjectKinds: z.array(z.string()),
    /** Shown as law only where the citation is verified (domain §0.1). */
    basis: z.string().nullable(),
    basisKind: z.string(),
    basisVerified: z.boolean(),
    defaultMonths: z.int().nullable(),
    termKind: z.string(),
    termMinMonths: z.int().nullable(),
    termMaxMonths: z.int().nullable(),
    minRepairMonths: z.int().nullable(),
    publishPerson: z.boolean(),
    effectiveFrom: z.string(),
    effectiveTo: z.string().nullable(),
    /** Where the designation standard is published and how long it was open to comments (R-2-3); null while none is recorded. */
    standard: z
      .object({ url: z.string(), consultedFrom: dateSchema, consultedTo: dateSchema, documentNo: z.string(), recordedAt: z.string() })
      .nullable(),
  })
  .meta({ id: 'List' });
const listsViewSchema = z.object({ data: z.array(listViewSchema) }).meta({ id: 'Lists' });
type ListView = z.infer<typeof listViewSchema>;

/** Loads version 1 of the lists once; versions that are already in the database stay as they are. */
@Injectable()
export class ListCatalogue implements OnModuleInit {
  constructor(private readonly database: Database) {}

  async onModuleInit(): Promise<void> {
    const definitions = loadListCatalogue();
    await this.database.consumerTransaction((tx) => insertDefinitions(tx, definitions));
  }
}

@ApiTags('名单')
@Controller('api/v1/lists')
export class ListDefinitionController {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({ summary: '名单目录', description: '今天有效的全部名单定义。' })
  @ApiResponse({ status: 200, standardSchema: listsViewSchema })
  async list(@CurrentPrincipal() principal: Principal): Promise<{ data: ListView[] }> {
    return { data: await this.database.transaction(principal, (tx) => readLists(tx, this.clock.today())) };
  }

  @Get(':code')
  @ApiOperation({ summary: '一个名单的定义', description: '今天有效的版本。' })
  @ApiResponse({ status: 200, standardSchema: listViewSchema })
  async get(@CurrentPrincipal() principal: Principal, @Param('code', { schema: codeSchema }) code: string): Promise<ListView> {
    return this.database.transaction(principal, (tx) => this.read(tx, code));
  }

  @Post(':code/standards')
  @Roles('CREDIT_OFFICE')
  @HttpCode(201)
  @ApiOperation({
    summary: '登记认定标准',
    description: '认定标准公开征求意见不少于 30 日，结束后登记公布网址和起止日期（R-2-3）；再次登记的列在名单目录，此前的留存。',
  })
  @ApiResponse({ status: 201, standardSchema: listViewSchema })
  async recordStandard(
    @CurrentPrincipal() principal: Principal,
    @Idempotent() request: IdempotentRequest,
    @Param('code', { schema: codeSchema }) code: string,
    @Body({ schema: standardRequestSchema }) body: z.infer<typeof standardRequestSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListView> {
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => {
        await this.read(tx, code);
        const [fault, ...others] = [...findUnstorableTexts(body), ...findStandardFaults(body, this.clock.today())];
        if (fault !== undefined) throw new ProblemError('VALIDATION_FAILED', fault.detail, [fault, ...others]);
        await insertStandard(tx, { ...body, listCode: code, recordedBy: principal.id, recordedAt: this.clock.now() });
        return { status: 201, body: await this.read(tx, code) };
      }),
    );
    return sendAnswer(reply, answer);
  }

  private async read(tx: Transaction, code: string): Promise<ListView> {
    const view = currentView(await findDefinitions(tx, [code]), this.clock.today(), await findStandards(tx, [code]));
    if (view === undefined) throw new ProblemError('NOT_FOUND', '没有该代码的名单');
    return view;
  }
}

/** The lists in force on a day, as the screen and an export of it show them. */
export async function readLists(tx: Transaction, day: string): Promise<ListView[]> {
  const versions = Map.groupBy(await allDefinitions(tx), (definition) => definition.code);
  const standards = await findStandards(tx);
  return [...versions.values()].flatMap((ofList) => currentView(ofList, day, standards) ?? []);
}

function currentView(versions: readonly ListDefinition[], day: string, standards: ReadonlyMap<string, StandardRow>): ListView | undefined {
  const definition = definitionOn(versions, day);
  return definition === undefined ? undefined : viewOf(definition, standards.get(definition.code));
}

function viewOf(definition: ListDefinition, standard: StandardRow | undefined): ListView {
  const { courtExit: _courtExit, holdExemptDefault: _holdExemptDefault, confidence, ...shown } = definition;
  const basisVerified = confidence === 'H';
  return {
    ...shown,
    designatingDepartments: [...shown.designatingDepartments],
    subjectKinds: [...shown.subjectKinds],
    basis: basisVerified ? shown.basis : null,
    basisVerified,
    standard:
      standard === undefined
        ? null
        : {
            url: standard.url,
            consultedFrom: standard.consultedFrom,
            consultedTo: standard.consultedTo,
            documentNo: standard.documentNo,
            recordedAt: standard.recordedAt.toISOString(),
          },
  };
}
