import { type Principal, ProblemError } from '@lianxin/contracts';
import { Clock, CurrentPrincipal, Database, type Transaction } from '@lianxin/platform';
import { Controller, Get, Injectable, type OnModuleInit, Param } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { loadListCatalogue } from './list-definition.loader.ts';
import { definitionOn, type ListDefinition } from './list-definition.rules.ts';
import { allDefinitions, findDefinitions, insertDefinitions } from './list-definition.store.ts';

const codeSchema = z.string().max(40);

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
    const view = currentView(await this.database.transaction(principal, (tx) => findDefinitions(tx, [code])), this.clock.today());
    if (view === undefined) throw new ProblemError('NOT_FOUND', '没有该代码的名单');
    return view;
  }
}

/** The lists in force on a day, as the screen and an export of it show them. */
export async function readLists(tx: Transaction, day: string): Promise<ListView[]> {
  const versions = Map.groupBy(await allDefinitions(tx), (definition) => definition.code);
  return [...versions.values()].flatMap((ofList) => currentView(ofList, day) ?? []);
}

function currentView(versions: readonly ListDefinition[], day: string): ListView | undefined {
  const definition = definitionOn(versions, day);
  return definition === undefined ? undefined : viewOf(definition);
}

function viewOf(definition: ListDefinition): ListView {
  const { courtExit: _courtExit, holdExemptDefault: _holdExemptDefault, confidence, ...shown } = definition;
  const basisVerified = confidence === 'H';
  return {
    ...shown,
    designatingDepartments: [...shown.designatingDepartments],
    subjectKinds: [...shown.subjectKinds],
    basis: basisVerified ? shown.basis : null,
    basisVerified,
  };
}
