import { dateSchema, type Principal, ProblemError } from '@lianxin/contracts';
import { Clock, CurrentPrincipal, Database, Roles } from '@lianxin/platform';
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { type MatchResponse, matchRequestSchema, matchResponseSchema, matchScopes, matchSettingsQuery } from './match.schema.ts';
import { MatchService } from './match.service.ts';
import { algorithmName, features, grades } from './match-algorithm.data.ts';
import { MatchIndexHost } from './match-index.host.ts';
import { assertStorable } from './match-review.service.ts';
import { checkSetting, settingsOn } from './match-setting.rules.ts';
import { findMatchSettings, insertMatchSetting, matchSettingKeys } from './match-setting.store.ts';

const algorithmsSchema = z
  .object({
    default: z.string(),
    algorithms: z.array(
      z.object({
        name: z.string(),
        description: z.string(),
        features: z.record(z.string(), z.object({ description: z.string() })),
        grades: z.record(z.string(), z.string()),
      }),
    ),
    /** Thresholds in force today (§12). */
    settings: z.record(z.string(), z.number()),
    registerVersion: z.int(),
  })
  .meta({ id: 'MatchAlgorithms' });

const settingRequestSchema = z
  .object({ key: z.enum(matchSettingKeys), value: z.number(), effectiveFrom: dateSchema, reason: z.string().trim().min(1).max(500) })
  .meta({ id: 'MatchSettingRequest' });

@ApiTags('比对')
@Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE', 'CREDIT_CENTRE_OPERATOR', 'WINDOW_CLERK')
@Controller('api/v1')
export class MatchController {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly matches: MatchService,
    private readonly index: MatchIndexHost,
  ) {}

  @Post('match/:scope')
  @HttpCode(200)
  @ApiOperation({
    summary: '比对名称与证件',
    description:
      '一次最多 1000 条，答复形式与 yente 相同，另加 decision（match、review、no_match）和 grade。范围 organisations 单位、persons 自然人、all 两者、listed 本部门可见的在册主体。自然人只显示脱敏信息，仅凭姓名不给出任何结果；查询自然人须在 config.purpose 说明用途并留痕。limit、threshold、algorithm、changedSince、excludeEntityIds 可写在查询串或 config 中。',
  })
  @ApiResponse({ status: 200, standardSchema: matchResponseSchema })
  match(
    @CurrentPrincipal() principal: Principal,
    @Param('scope', { schema: z.enum(matchScopes) }) scope: (typeof matchScopes)[number],
    @Query({ schema: matchSettingsQuery }) query: z.infer<typeof matchSettingsQuery>,
    @Body({ schema: matchRequestSchema }) body: z.infer<typeof matchRequestSchema>,
  ): Promise<MatchResponse> {
    const request = { ...body, config: { ...query, ...body.config } };
    assertStorable({ purpose: request.config.purpose ?? '' });
    return this.database.transaction(principal, (tx) => this.matches.match(tx, principal, scope, request));
  }

  @Get('algorithms')
  @ApiOperation({ summary: '比对算法、各项说明与当前阈值' })
  @ApiResponse({ status: 200, standardSchema: algorithmsSchema })
  async algorithms(@CurrentPrincipal() principal: Principal): Promise<z.infer<typeof algorithmsSchema>> {
    const settings = settingsOn(await this.database.transaction(principal, findMatchSettings), this.clock.today());
    return {
      default: algorithmName,
      algorithms: [
        {
          name: algorithmName,
          description: '按国家标准代码和企业名称规则逐级比对：只有代码（号码）有效且名称相符才算一致，其余由人判断。',
          features: Object.fromEntries(Object.entries(features).map(([name, description]) => [name, { description }])),
          grades: { ...grades },
        },
      ],
      settings: { ...settings },
      registerVersion: this.index.registerVersion,
    };
  }

  @Post('algorithms/settings')
  @Roles('CREDIT_OFFICE')
  @HttpCode(204)
  @ApiOperation({ summary: '调整比对阈值', description: '自 effectiveFrom 起生效，旧值保留；何人、何时、为何都留痕。' })
  async set(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: settingRequestSchema }) body: z.infer<typeof settingRequestSchema>,
  ): Promise<void> {
    assertStorable({ reason: body.reason });
    if (body.effectiveFrom < this.clock.today()) {
      const detail = '不能改变过去的阈值，生效日期不早于今天';
      throw new ProblemError('DATE_ORDER', detail, [{ pointer: '/effectiveFrom', code: 'DATE_ORDER', detail }]);
    }
    await this.database.transaction(principal, async (tx) => {
      const row = { key: body.key, value: body.value, effective_from: body.effectiveFrom, reason: body.reason, set_by: principal.id };
      const checked = checkSetting(row, await findMatchSettings(tx));
      if (!checked.ok)
        throw new ProblemError('VALIDATION_FAILED', checked.detail, [
          { pointer: '/value', code: 'VALIDATION_FAILED', detail: checked.detail },
        ]);
      await insertMatchSetting(tx, row);
    });
    this.index.wake();
  }
}
